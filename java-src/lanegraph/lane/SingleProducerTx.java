package lanegraph.lane;

import static lanegraph.region.RingDescriptor.WORD_LENGTH;

import lanegraph.region.RingDescriptor;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

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
    public MutableDirectBuffer claim() {
        checkOpen();
        checkBytes();
        if (!hasRoom()) {
            return claimScratch();
        }
        if (target != IN_PLACE) { // mostly it is: then the claim is one store
            target = IN_PLACE;
        }
        claimed.at(slot(tail) + WORD_LENGTH);
        return claimed;
    }

    @Override
    public boolean commit(int length) {
        checkOpen();
        checkLength(length);
        long slot = slot(tail);
        // The buffer over an earlier slot is a claim that was committed: so a commit need not take it back.
        if (target != IN_PLACE || claimed.addressOffset() != slot + WORD_LENGTH) {
            return commitElsewhere(length);
        }
        publish(slot, length);
        return true;
    }

    /** Commits what is not in its slot yet. */
    private boolean commitElsewhere(int length) {
        if (target == NOTHING || target == IN_PLACE) {
            throw LaneErrors.notClaimed(ring.name);
        }
        if (!hasRoom()) {
            return false;
        }
        long slot = slot(tail);
        if (values != null) {
            values[(int) tail & mask] = pending;
            pending = null;
        } else {
            memory.copy(target, slot + WORD_LENGTH, length);
        }
        target = NOTHING;
        publish(slot, length);
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
        target = NOTHING;
        publish(slot, length);
        return true;
    }

    private void publish(long slot, int length) {
        publish(slot, tail, length);
        memory.storeStoreFence(); // this word before the next payload: Ring.look relies on it
        tail++;
    }
}
