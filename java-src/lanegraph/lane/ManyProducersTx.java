package lanegraph.lane;

import static lanegraph.region.RingDescriptor.SKIP_LENGTH;
import static lanegraph.region.RingDescriptor.WORD_LENGTH;

import lanegraph.region.RingDescriptor;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A writer of a ring that has several producers. A sequence is claimed by a compare-and-set on the shared
 * tail, after the check that it has room: so "full" is exact, no claim waits, and no user code runs between
 * claim and commit (a message is complete in a scratch buffer before its sequence is claimed).
 */
class ManyProducersTx extends RingTx {
    static final long FULL = -1;

    private long sent;

    ManyProducersTx(Ring ring, long cell, boolean dropsWhenFull) {
        super(ring, cell, dropsWhenFull);
    }

    @Override
    public boolean room() {
        checkOpen();
        return hasRoom(memory.getLongAcquire(ring.tailAddress));
    }

    final boolean hasRoom(long sequence) {
        if (sequence < limit) {
            return true;
        }
        limit = ring.limit(sequence);
        return sequence < limit;
    }

    /**
     * The sequence that this producer alone may write now, or {@link #FULL}. The slot is free: it has room,
     * that is, every cursor has passed its earlier lap; and a sequence below the limit stays below it. The
     * compare-and-set orders the claim before the stores to the slot.
     */
    long claimSequence() {
        while (true) {
            long sequence = memory.getLongAcquire(ring.tailAddress);
            if (!hasRoom(sequence)) {
                return FULL;
            }
            if (memory.compareAndSetLong(ring.tailAddress, sequence, sequence + 1)) {
                return sequence;
            }
        }
    }

    @Override
    public MutableDirectBuffer claim() {
        checkOpen();
        checkBytes();
        return claimScratch();
    }

    @Override
    public boolean commit(int length) {
        checkOpen();
        checkLength(length);
        if (target == NOTHING) {
            throw LaneErrors.notClaimed(ring.name);
        }
        long sequence = claimSequence();
        if (sequence == FULL) {
            return false;
        }
        long slot = slot(sequence);
        if (values != null) {
            values[(int) (sequence & mask)] = pending;
            pending = null;
        } else {
            memory.copy(target, slot + WORD_LENGTH, length);
        }
        mark(sequence);
        publish(slot, sequence, length);
        target = NOTHING;
        return true;
    }

    /** Publishes a payload that is in place: whoever sees the word sees the payload. */
    void publish(long slot, long sequence, int length) {
        memory.putLongRelease(slot, RingDescriptor.word(sequence, length));
    }

    /** The lane numbers the messages of all producers: these are counted here. */
    private void mark(long sequence) {
        if (++sent >= markAt) {
            mark(sent, sequence);
        }
    }

    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
        checkOpen();
        checkBytes();
        checkLength(length);
        source.boundsCheck(offset, length);
        long sequence = claimSequence();
        if (sequence == FULL) {
            return settle(false);
        }
        long slot = slot(sequence);
        int published = SKIP_LENGTH; // what readers pass over, should the source throw
        try {
            copyIn(slot, source, offset, length);
            published = length;
            mark(sequence);
        } finally {
            publish(slot, sequence, published);
        }
        target = NOTHING; // as with a single producer, where the message takes the claimed slot
        return true;
    }
}
