package lanegraph.lane;

import static lanegraph.region.RingDescriptor.CELL_INTENT_OFFSET;
import static lanegraph.region.RingDescriptor.CELL_REPAIRED_OFFSET;
import static lanegraph.region.RingDescriptor.SKIP_LENGTH;

import java.util.Set;
import java.util.TreeSet;
import lanegraph.region.Memory;
import lanegraph.region.RingDescriptor;

/**
 * Repairs what producers leave of a ring of many producers that die between claim and commit: a slot below the tail that
 * nobody will ever write, and that all readers stand before. It is marked as one to skip.
 *
 * <p>Whose such a slot is. A producer stores its intent before it claims, and clears it after its commit. So the one that
 * won the sequence bears it as its intent as long as the slot is not committed; others that lost it may bear it for a
 * moment as well. Who holds the lock of one that died renounces for it: its intent becomes the negative. So of a slot that
 * is claimed, open, and borne by nobody, nobody is left who could commit it. Life is told by locks alone: who takes a
 * producer's lock knows that it is dead, and that it stays so until the lock is given back.
 *
 * <p>Thread-safe; it changes no cell but under its producer's lock.
 */
public final class Claims {
    /** Takes the locks of producers for a moment, all or none. */
    @FunctionalInterface
    public interface Locks {
        /**
         * @param producers owners' names
         * @return gives them back when it is closed; null if one of them lives
         */
        Held tryTake(Set<String> producers);
    }

    /** Locks that are held. */
    @FunctionalInterface
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private final Ring ring;
    private final Memory memory;

    public Claims(Ring ring) {
        this.ring = ring;
        this.memory = ring.memory;
    }

    /**
     * Clears up what producers have left whose locks the caller holds, and none of which has a handle yet. A slot that
     * another producer bears as well, who may live, stays: it is {@linkplain #repair repaired} later.
     *
     * @param mine their names
     * @param locks for the others that bear the same intent
     */
    public void repairOwn(Set<String> mine, Locks locks) {
        Set<Long> renounced = new TreeSet<>();
        for (String owner : ring.shape().producers()) {
            long cell = cell(owner);
            long intent = memory.getLongAcquire(cell + CELL_INTENT_OFFSET);
            if (!mine.contains(owner) || intent <= 0) {
                continue; // nothing was tried for, or it was renounced before
            }
            if (isClaimed(intent - 1) && isOpen(intent - 1)) {
                renounce(cell, intent - 1);
                renounced.add(intent - 1);
            } else {
                memory.putLongRelease(cell + CELL_INTENT_OFFSET, 0); // lost, committed, or never claimed
            }
        }
        memory.fullFence(); // of two that renounce at once, the one by the other, one sees that nobody bears it any more
        renounced.forEach(sequence -> repair(sequence, locks));
    }

    /**
     * The first sequence that is {@linkplain #isClaimed claimed} and not committed; the tail if there is none. It is not the
     * readers' cursors that tell it: a reader publishes its cursor after a drain, one with acknowledgements whenever it likes,
     * and it may stand before a slot far beyond. Only what the foremost has passed needs no look.
     *
     * @param from all before it are known to be committed: what is, stays so
     */
    public long firstOpen(long from) {
        long foremost = ring.cursors().max().orElse(0);
        long tail = memory.getLongAcquire(ring.tailAddress); // after the cursors: never less than they are
        long sequence = Math.max(from, foremost);
        while (sequence < tail && !isOpen(sequence)) {
            sequence++;
        }
        return sequence;
    }

    /**
     * Repairs the slot of this sequence, if all who may own it are dead.
     *
     * @return true if it does not hold readers up any more
     */
    public boolean repair(long sequence, Locks locks) {
        if (!isClaimed(sequence)) { // first: whoever moved the tail beyond this sequence had stored its intent before
            return true;
        }
        Set<String> bearers = bearers(sequence);
        // The word after the intents: who has cleared one had committed before.
        if (!isOpen(sequence)) {
            return true;
        }
        if (bearers.isEmpty()) {
            skip(sequence, cell(ring.shape().producers().get(0)));
            return true;
        }
        try (Held held = locks.tryTake(bearers)) {
            // Until the locks were taken, one of them may have been restarted, and have tried again.
            if (held == null || !bearers(sequence).equals(bearers)) {
                return false;
            }
            if (isOpen(sequence)) {
                bearers.forEach(owner -> renounce(cell(owner), sequence));
                skip(sequence, cell(bearers.iterator().next()));
            }
            return true;
        }
    }

    /** True if a producer has won this sequence, whether it has committed it or not. */
    public boolean isClaimed(long sequence) {
        return memory.getLongAcquire(ring.tailAddress) > sequence;
    }

    /** The producers that may own this sequence, as long as it is not committed. */
    private Set<String> bearers(long sequence) {
        Set<String> bearers = new TreeSet<>();
        for (String owner : ring.shape().producers()) {
            if (memory.getLongAcquire(cell(owner) + CELL_INTENT_OFFSET) == sequence + 1) {
                bearers.add(owner);
            }
        }
        return bearers;
    }

    private boolean isOpen(long sequence) {
        return !RingDescriptor.reached(memory.getLongAcquire(ring.slot(sequence)), sequence);
    }

    /**
     * Tells a dead producer, in its cell, that it will never commit this sequence: by this it knows, also a lap later, that
     * what it had noted of it was never committed. Before the slot is marked: who dies in between leaves a slot that
     * nobody bears.
     */
    private void renounce(long cell, long sequence) {
        memory.putLongRelease(cell + CELL_INTENT_OFFSET, -(sequence + 1));
    }

    /** @param counts the cell to count it in; not always one whose lock is held */
    private void skip(long sequence, long counts) {
        long slot = ring.slot(sequence);
        long word = memory.getLongAcquire(slot);
        if (RingDescriptor.reached(word, sequence)
                || !memory.compareAndSetLong(slot, word, RingDescriptor.word(sequence, SKIP_LENGTH))) {
            return; // another has marked it
        }
        long address = counts + CELL_REPAIRED_OFFSET;
        long count = memory.getLongAcquire(address);
        while (!memory.compareAndSetLong(address, count, count + 1)) {
            count = memory.getLongAcquire(address);
        }
    }

    /** True if the message of this sequence, which the producer of this cell had claimed, was committed. */
    boolean isCommitted(long cell, long sequence) {
        long word = memory.getLongAcquire(ring.slot(sequence));
        boolean skipped = RingDescriptor.bears(word, sequence) && RingDescriptor.lengthOf(word) == SKIP_LENGTH;
        boolean repaired = memory.getLongAcquire(cell + CELL_INTENT_OFFSET) == -(sequence + 1);
        return RingDescriptor.reached(word, sequence) && !skipped && !repaired;
    }

    /** For the owner of the cell, whose notes are in order now. */
    void forgetRepaired(long cell) {
        memory.putLongRelease(cell + CELL_INTENT_OFFSET, 0);
    }

    private long cell(String owner) {
        return ring.region().address() + ring.region().producerCell(owner);
    }
}
