package lanegraph.lane;

import static lanegraph.region.RingDescriptor.WORD_LENGTH;

import lanegraph.region.Memory;
import lanegraph.region.RingDescriptor;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The writer of a ring of bytes that has one producer. It keeps its tail for itself: no other thread reads it, and a
 * new owner finds it from the words. A class without others below it: the compiler then knows it by one comparison.
 */
final class SingleProducerTx extends RingTx {
    private static final int LINE = 64;
    /** Of longer messages the first lines are fetched ahead. */
    private static final int MAX_TOUCHED = 2 * LINE;

    long tail;
    /** The slot of the tail. */
    long slot;
    private final int blockMask;
    /** From where the messages of a role come; null where that is not noted. */
    private final Trail trail;

    SingleProducerTx(Ring ring, long cell, boolean dropsWhenFull, Trail trail) {
        super(ring, cell, dropsWhenFull);
        this.trail = trail;
        blockMask = ring.isCrowded() ? 0 : ring.block - 1;
        // Every slot from the slowest cursor to the tail bears its sequence. Whoever wrote it is gone: its
        // lock is ours.
        long sequence = ring.slowest();
        long end = sequence + ring.slots;
        while (sequence < end && RingDescriptor.bears(memory.getLongAcquire(slot(sequence)), sequence)) {
            sequence++;
        }
        tail = sequence;
        slot = slot(sequence);
        if (trail != null) {
            trail.find(tail);
        }
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
        if (!hasRoom()) {
            return claimScratch();
        }
        if (target != IN_PLACE) { // mostly it is: then the claim is one store
            target = IN_PLACE;
        }
        claimed.at(slot + WORD_LENGTH);
        return claimed;
    }

    @Override
    public boolean commit(int length) {
        checkOpen();
        checkLength(length);
        // The buffer over an earlier slot is a claim that was committed: so a commit need not take it back.
        if (target != IN_PLACE || claimed.addressOffset() != slot + WORD_LENGTH) {
            return commitElsewhere(length);
        }
        publish(length);
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
        memory.copy(target, slot + WORD_LENGTH, length);
        target = NOTHING;
        publish(length);
        return true;
    }

    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
        checkOpen();
        checkLength(length);
        source.boundsCheck(offset, length);
        if (!hasRoom()) {
            return settle(false);
        }
        copyIn(slot, source, offset, length);
        target = NOTHING;
        publish(length);
        return true;
    }

    @Override
    public boolean forward(LaneRx rx) {
        return trail != null && trail.isOut() || super.forward(rx);
    }

    boolean isNoted() {
        return trail != null;
    }

    private void publish(int length) {
        publishOnly(slot, tail, length);
        tail++;
        slot += stride;
        if (endsBlock(tail)) {
            beginBlock(length);
        }
    }

    /** Publishes what stands in this slot, which is that of this sequence; the tail stays. */
    void publishOnly(long slot, long sequence, int length) {
        if (trail != null) {
            trail.note(sequence); // complete, before the message
        }
        if (sequence >= markAt) {
            mark(sequence, sequence);
        }
        Memory memory = this.memory; // else read again, and checked for null, behind the release
        memory.putLongRelease(slot, RingDescriptor.word(sequence, length)); // whoever sees the word sees the payload
        memory.storeStoreFence(); // this word before the next slots' payloads: Ring.look relies on it
    }

    /** True if what comes before this sequence ends a block; then the next one begins with the tail. */
    boolean endsBlock(long sequence) {
        return (sequence & blockMask) == 0;
    }

    /** The slots are a multiple of a block, so they end with one. */
    void beginBlock(int length) {
        if ((tail & mask) == 0) {
            slot = base;
        }
        if (blockMask != 0) {
            touch(length);
        }
    }

    /**
     * Stores a word into each line of the payloads of the next block, as far as it is free. These lines lie in
     * the readers' caches since the last lap, and each must be fetched back before a store to it can leave the
     * core's queue of stores. A message makes so many stores that the queue holds but a few lines' fetches at a
     * time; one store to each line, one right behind the other, makes the fetches overlap. What is stored does
     * not matter: the slots are this producer's, and bear no word of theirs before they are written. In a crowded lane it is
     * left out: there the instructions count, of those who share a core.
     *
     * @param length of the message before, which tells how long the next ones may be
     */
    private void touch(int length) {
        int count = (int) Math.min(blockMask + 1, limit - tail);
        int lines = Math.min(length, MAX_TOUCHED);
        long payload = slot + WORD_LENGTH; // a block never wraps
        for (int i = 0; i < count; i++) {
            for (int line = 0; line < lines; line += LINE) {
                memory.putLong(payload + line, 0);
            }
            payload += stride;
        }
    }
}
