package lanegraph.lane;

import static lanegraph.region.RingDescriptor.CELL_DROPPED_OFFSET;
import static lanegraph.region.RingDescriptor.WORD_LENGTH;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import lanegraph.region.Memory;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** What the writers of a ring have in common. A handle belongs to one thread at a time. */
abstract class RingTx extends ClaimTx {
    /** {@link #target} when {@link #claimed} is over the slot of the next message; no address is 1. */
    static final long IN_PLACE = 1;
    /** {@link #target} when {@link #pending} is the message; no address is 2. */
    private static final long REFERENCE = 2;

    final Ring ring;
    final Memory memory;
    final Object[] values;
    final long base;
    final long mask;
    final long stride;
    final int slotBytes;
    /** Sequences below it have room: the slowest cursor, when it was last read, plus the slots. */
    long limit;
    /** By reference: the object of the next commit. */
    Object pending;

    final SlotView claimed;
    /**
     * Never lent: an offer copies through it, while a claim's buffer may still be in use, or be the source.
     */
    private final UnsafeBuffer inner = new UnsafeBuffer(0, 0);
    private final long cell;
    private UnsafeBuffer scratch;

    RingTx(Ring ring, long cell, boolean dropsWhenFull) {
        super(ring.codec, dropsWhenFull);
        this.ring = ring;
        this.memory = ring.memory;
        this.values = ring.values;
        this.base = ring.base;
        this.mask = ring.mask;
        this.stride = ring.stride;
        this.slotBytes = ring.slotBytes;
        this.cell = cell;
        this.claimed = ring.view();
        this.limit = ring.slowest() + ring.slots;
    }

    /** Lends the scratch buffer as the place of the next message. */
    final MutableDirectBuffer claimScratch() {
        target = scratchAddress();
        claimed.at(target);
        return claimed;
    }

    @Override
    public final int encode(Object value) {
        if (values == null || value == null) {
            return super.encode(value);
        }
        checkOpen();
        pending = value;
        target = REFERENCE;
        return 0;
    }

    /** The scratch buffer, made when it is first needed. */
    private long scratchAddress() {
        if (scratch == null) {
            scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(slotBytes));
            claimed.keep(scratch);
        }
        return scratch.addressOffset();
    }

    @Override
    final void checkOpen() {
        if (isMarked()) {
            throw LaneErrors.closed(ring.name);
        }
    }

    @Override
    final void checkLength(int length) {
        if (length < 0 || length > slotBytes) {
            throw ring.badLength(length);
        }
    }

    final void checkBytes() {
        if (values != null) {
            throw ring.carriesObjects();
        }
    }

    final long slot(long sequence) {
        return base + (sequence & mask) * stride;
    }

    /** Copies the source's bytes, which are known to be there, into a slot. */
    final void copyIn(long slot, DirectBuffer source, int offset, int length) {
        if (source.byteArray() == null) {
            // A claim over this very slot may be the source: the copy goes forward, and never to a higher address.
            memory.copy(source.addressOffset() + offset, slot + WORD_LENGTH, length);
            Reference.reachabilityFence(source);
            return;
        }
        inner.wrap(slot + WORD_LENGTH, slotBytes);
        inner.putBytes(0, source, offset, length);
    }

    @Override
    public final String lane() {
        return ring.name;
    }

    @Override
    public final int maxLength() {
        return slotBytes;
    }

    @Override
    public final boolean byReference() {
        return values != null;
    }

    @Override
    public final void countDrop() {
        target = NOTHING;
        pending = null;
        long address = cell + CELL_DROPPED_OFFSET;
        memory.putLongRelease(address, memory.getLong(address) + 1); // one writer; tools read it
    }

    @Override
    public final long dropped() {
        return memory.getLongAcquire(cell + CELL_DROPPED_OFFSET);
    }
}
