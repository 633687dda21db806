package lanegraph.lane;

import static lanegraph.region.RingDescriptor.SKIP_LENGTH;
import static lanegraph.region.RingDescriptor.WORD_LENGTH;

import lanegraph.region.Memory;
import lanegraph.region.RingDescriptor;
import org.agrona.DirectBuffer;

/** The reader behind one cursor of a ring. A handle belongs to one thread at a time. */
final class RingRx extends LaneRx {
    private static final int MAX_DRAIN = 256;
    /** {@link #length} when no message has been found at the position. */
    private static final int NONE = -1;

    private final Ring ring;
    private final Memory memory;
    private final Object[] values;
    private final long cursorAddress;
    private final long base;
    private final int mask;
    private final int stride;
    private final SlotView view;
    private long position;
    private long released;
    private int length = NONE;

    RingRx(Ring ring, long cursorAddress) {
        this.ring = ring;
        this.memory = ring.memory;
        this.values = ring.values;
        this.base = ring.base;
        this.mask = ring.mask;
        this.stride = ring.stride;
        this.cursorAddress = cursorAddress;
        this.view = ring.view();
        this.position = memory.getLongAcquire(cursorAddress);
        this.released = position;
    }

    @Override
    public boolean peek() {
        checkOpen();
        // Acquire: the payload is read after its word.
        long word = memory.getLongAcquire(slot());
        if (!RingDescriptor.bears(word, position)) {
            return false;
        }
        length = RingDescriptor.lengthOf(word);
        return length != SKIP_LENGTH || peekBehindSkipped();
    }

    /** Passes over slots that their producer gave up. */
    private boolean peekBehindSkipped() {
        boolean alone = position == released; // nobody holds a view of an earlier message
        while (length == SKIP_LENGTH) {
            position++;
            length = NONE;
            long word = memory.getLongAcquire(slot());
            if (RingDescriptor.bears(word, position)) {
                length = RingDescriptor.lengthOf(word);
            }
        }
        if (alone) {
            release(); // no message stands here that would make the reader release later
        }
        return length != NONE;
    }

    @Override
    public DirectBuffer payload() {
        checkMessage();
        if (values != null) {
            throw ring.carriesObjects();
        }
        view.wrap(slot() + WORD_LENGTH, length);
        return view;
    }

    @Override
    public Object value() {
        checkMessage();
        if (values != null) {
            return values[(int) position & mask];
        }
        view.wrap(slot() + WORD_LENGTH, length);
        return ring.decode(view);
    }

    @Override
    public void advance() {
        checkMessage();
        if (!ring.retain && values != null) {
            values[(int) position & mask] = null; // before the cursor is released: the slot is still ours
        }
        position++;
        length = NONE;
    }

    @Override
    public void release() {
        checkOpen();
        if (position != released) {
            released = position;
            // Release: every load from the passed slots stays before it, so a producer that sees it may
            // overwrite them.
            memory.putLongRelease(cursorAddress, position);
        }
    }

    @Override
    public int length() {
        checkMessage();
        return length;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public int drainLimit() {
        return Math.max(1, Math.min(MAX_DRAIN, ring.slots / 4));
    }

    @Override
    public boolean byReference() {
        return values != null;
    }

    @Override
    long address() {
        return slot() + WORD_LENGTH;
    }

    private long slot() {
        return base + (position & mask) * stride;
    }

    private void checkMessage() {
        if (length == NONE) {
            throw ring.noMessage();
        }
    }

    private void checkOpen() {
        if (isClosed()) {
            throw ring.closed();
        }
    }
}
