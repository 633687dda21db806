package lanegraph.lane;

import static lanegraph.region.RingDescriptor.WORD_LENGTH;

import lanegraph.region.RingDescriptor;
import org.agrona.DirectBuffer;

/**
 * The writer of a ring that has one producer. It keeps its tail for itself: no other thread reads it, and a
 * new owner finds it from the words.
 */
final class SingleProducerTx extends RingTx {
    private long tail;

    SingleProducerTx(Ring ring, long cell, boolean dropsWhenFull) {
        super(ring, cell, dropsWhenFull);
        // Every slot from the slowest cursor to the tail bears its sequence. Whoever wrote it is gone: its
        // lock is ours.
        long sequence = ring.slowest();
        long end = sequence + ring.slots;
        while (sequence < end && RingDescriptor.bears(memory.getLongAcquire(slot(sequence)), sequence)) {
            sequence++;
        }
        tail = sequence;
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
        limit = ring.slowest() + ring.slots; // once a lap at best: the cursors' lines stay with their readers
        return tail < limit;
    }

    @Override
    long claimAddress() {
        return hasRoom() ? slot(tail) + WORD_LENGTH : scratchAddress();
    }

    @Override
    public boolean commit(int length) {
        checkOpen();
        checkLength(length);
        if (target == NOTHING) {
            throw ring.notClaimed();
        }
        long sequence = tail;
        if (sequence >= limit && !hasRoom()) {
            return false;
        }
        long slot = slot(sequence);
        if (values != null) {
            values[(int) sequence & mask] = pending;
            pending = null;
        } else if (target != slot + WORD_LENGTH) {
            memory.copy(target, slot + WORD_LENGTH, length);
        }
        finish(slot, sequence, length);
        return true;
    }

    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
        checkOpen();
        checkBytes();
        checkLength(length);
        source.boundsCheck(offset, length);
        if (!hasRoom()) {
            return settle(false);
        }
        long slot = slot(tail);
        copyIn(slot, source, offset, length);
        finish(slot, tail, length);
        return true;
    }

    private void finish(long slot, long sequence, int length) {
        publish(slot, sequence, length);
        memory.storeStoreFence(); // this word before the next payload: Ring.look relies on it
        tail = sequence + 1;
        target = NOTHING;
    }
}
