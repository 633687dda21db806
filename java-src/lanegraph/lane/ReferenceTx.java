package lanegraph.lane;

import static lanegraph.region.RingDescriptor.CELL_DROPPED_OFFSET;

import lanegraph.region.Memory;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The writer of a ring that carries objects and has one producer. An object is published by the ring's tail, which this
 * stores and nobody else: sixteen references lie on a cache line, and what a core has to fetch from another is what
 * such a lane costs, so no word lies beside each of them. A handle belongs to one thread at a time.
 */
final class ReferenceTx extends LaneTx {
    private static final long NOWHERE = -1;
    /** References on a cache line where they take 8 bytes; mostly they take 4. */
    private static final int ON_A_LINE = 8;

    private final Ring ring;
    private final Memory memory;
    private final Object[] values;
    private final int mask;
    private final int blockMask;
    private final long tailAddress;
    private final long cell;
    private final boolean dropsWhenFull;
    private long tail;
    /** Sequences below it have room: the slowest cursor, when it was last read, plus the slots. */
    private long limit;
    /** Sequences from the tail to below it have room, and need no touch before they are written; and no object is pending. */
    private long plain;
    /** The sequence in whose place the object of the next commit is already. */
    private long placed = NOWHERE;
    /** The object of the next commit, for which there was no room; or null. */
    private Object pending;

    ReferenceTx(Ring ring, long cell, boolean dropsWhenFull) {
        this.ring = ring;
        this.memory = ring.memory;
        this.values = ring.values;
        this.mask = ring.mask;
        this.blockMask = ring.block - 1;
        this.tailAddress = ring.tailAddress;
        this.cell = cell;
        this.dropsWhenFull = dropsWhenFull;
        this.tail = memory.getLongAcquire(tailAddress);
        this.limit = ring.limit(tail);
    }

    @Override
    public boolean room() {
        checkOpen();
        return hasRoom();
    }

    private boolean hasRoom() {
        if (tail < limit) {
            return true;
        }
        limit = ring.limit(tail); // once a lap at best: the cursors' lines stay with their readers
        return tail < limit;
    }

    @Override
    public MutableDirectBuffer claim() {
        checkOpen();
        throw ring.carriesObjects();
    }

    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
        checkOpen();
        throw ring.carriesObjects();
    }

    /**
     * Both at once, {@link #encode} and {@link #commit}. It is short, so that the compiler makes it a part of every loop that
     * calls it.
     */
    @Override
    public boolean offer(Object value) {
        checkOpen();
        if (value == null) {
            throw LaneErrors.noValue(ring.name);
        }
        long sequence = tail;
        if (sequence >= plain) {
            pending = null; // this takes its place
            if (!goesOn()) {
                return settle(false);
            }
        }
        Object[] values = this.values;
        values[(int) sequence & values.length - 1] = value; // nobody takes it before the tail says so
        if (sequence >= markAt) {
            mark(sequence, sequence);
        }
        publish(sequence);
        return true;
    }

    /** True if there is room; then up to {@link #plain} nothing is to be looked at, once nothing is pending. */
    private boolean goesOn() {
        if (!hasRoom()) {
            return false; // and the tail is at `plain` or behind it, as it stays while something is pending
        }
        if ((tail & blockMask) == 0) {
            touch(values, (int) tail, (int) Math.min(blockMask + 1, limit - tail));
        }
        plain = blockMask == 0 ? limit : Math.min(limit, (tail | blockMask) + 1);
        return true;
    }

    @Override
    public int encode(Object value) {
        checkOpen();
        if (value == null) {
            throw LaneErrors.noValue(ring.name);
        }
        if (tail < plain || goesOn()) {
            values[(int) tail & mask] = value;
            placed = tail;
            pending = null; // this takes its place
        } else {
            pending = value;
            placed = NOWHERE;
        }
        return 0;
    }

    @Override
    public boolean commit(int length) {
        checkOpen();
        if (length < 0 || length > ring.slotBytes) {
            throw ring.badLength(length);
        }
        if (placed != tail) { // behind a commit it is less
            if (pending == null) {
                throw LaneErrors.notClaimed(ring.name);
            }
            if (!goesOn()) {
                return false;
            }
            values[(int) tail & mask] = pending;
            pending = null;
        }
        if (tail >= markAt) {
            mark(tail, tail);
        }
        publish(tail);
        return true;
    }

    private void publish(long sequence) {
        // Release: whoever sees the tail sees the object, and what it was made of.
        memory.putLongRelease(tailAddress, sequence + 1);
        memory.storeStoreFence(); // the tail before what is put into the next places: Ring.look relies on it
        tail = sequence + 1;
    }

    /**
     * Stores into each line of the next block, as far as it is free, so that the lines come from the readers' caches all
     * at once: see {@link SingleProducerTx}.
     */
    private static void touch(Object[] values, int from, int count) {
        if (count > 1) {
            int mask = values.length - 1;
            for (int i = from + ON_A_LINE - 1; i - from < count; i += ON_A_LINE) {
                values[i & mask] = null;
            }
        }
    }

    @Override
    public boolean forward(LaneRx rx) {
        checkOpen();
        return commit(encode(rx.value()));
    }

    @Override
    public void countDrop() {
        placed = NOWHERE;
        pending = null;
        long address = cell + CELL_DROPPED_OFFSET;
        memory.putLongRelease(address, memory.getLong(address) + 1); // one writer; tools read it
    }

    @Override
    public long dropped() {
        return memory.getLongAcquire(cell + CELL_DROPPED_OFFSET);
    }

    @Override
    public String lane() {
        return ring.name;
    }

    @Override
    public int maxLength() {
        return ring.slotBytes;
    }

    @Override
    public boolean byReference() {
        return true;
    }

    @Override
    public boolean dropsWhenFull() {
        return dropsWhenFull;
    }

    private void checkOpen() {
        if (isMarked()) {
            throw LaneErrors.closed(ring.name);
        }
    }
}
