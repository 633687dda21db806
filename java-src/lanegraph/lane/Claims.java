package lanegraph.lane;

import static lanegraph.region.RingDescriptor.CELL_INTENT_OFFSET;
import static lanegraph.region.RingDescriptor.CELL_REPAIRED_OFFSET;
import static lanegraph.region.RingDescriptor.SKIP_LENGTH;

import java.util.ArrayList;
import java.util.List;
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
 * moment as well. If every producer that bears it is dead, no one is left who could commit it. Life is told by locks
 * alone: who takes a producer's lock knows that it is dead, and that it stays so until the lock is given back.
 *
 * <p>Thread-safe; it changes nothing but under the locks.
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
     * Clears up what producers have left whose locks the caller holds, and none of which has a handle yet.
     *
     * @param mine their names
     * @param locks for other producers that bear the same intent
     * @return the sequences of slots that may belong to a producer that lives; call again later
     */
    public List<Long> repairOwn(Set<String> mine, Locks locks) {
        List<Long> open = new ArrayList<>();
        for (String owner : ring.shape().producers()) {
            if (mine.contains(owner)) {
                long cell = cell(owner);
                long sequence = intent(cell);
                if (sequence >= 0 && !repair(sequence, mine, locks)) {
                    open.add(sequence);
                } else if (memory.getLongAcquire(cell + CELL_INTENT_OFFSET) > 0) {
                    memory.putLongRelease(cell + CELL_INTENT_OFFSET, 0); // lost, committed, or never claimed
                }
            }
        }
        return open;
    }

    /** The first sequence before which a reader stands although it is claimed, since it is not committed; -1 if there is none. */
    public long heldUp() {
        long tail = memory.getLongAcquire(ring.tailAddress);
        return ring.cursors().filter(position -> position < tail && isOpen(position)).min().orElse(-1);
    }

    /**
     * Repairs the slot of this sequence, if all who may own it are dead.
     *
     * @return true if it does not hold readers up any more
     */
    public boolean repair(long sequence, Locks locks) {
        return repair(sequence, Set.of(), locks);
    }

    /** True if the slot of this sequence is claimed by nobody, or done with. */
    private boolean repair(long sequence, Set<String> mine, Locks locks) {
        // The tail first: whoever moved it beyond this sequence had stored its intent before.
        if (memory.getLongAcquire(ring.tailAddress) <= sequence) {
            return true;
        }
        Set<String> bearers = bearers(sequence);
        // The word after the intents: who has cleared one had committed before.
        if (!isOpen(sequence)) {
            return true;
        }
        Set<String> others = new TreeSet<>(bearers);
        others.removeAll(mine);
        if (others.isEmpty()) {
            skip(sequence, bearers);
            return true;
        }
        try (Held held = locks.tryTake(others)) {
            // Until the locks were taken, one of them may have been restarted, and have tried again.
            if (held == null || !bearers(sequence).equals(bearers)) {
                return false;
            }
            if (isOpen(sequence)) {
                skip(sequence, bearers);
            }
            return true;
        }
    }

    /** The producers that may own this sequence, as long as it is not committed. */
    private Set<String> bearers(long sequence) {
        Set<String> bearers = new TreeSet<>();
        for (String owner : ring.shape().producers()) {
            if (intent(cell(owner)) == sequence) {
                bearers.add(owner);
            }
        }
        return bearers;
    }

    private boolean isOpen(long sequence) {
        return !RingDescriptor.reached(memory.getLongAcquire(ring.slot(sequence)), sequence);
    }

    /**
     * First every bearer is told, in its cell, that the sequence is repaired: by this it knows, also a lap later, that what
     * it had noted of it was never committed. Then the slot is marked. Who dies in between leaves the intents, so that the
     * next one does the same again.
     */
    private void skip(long sequence, Set<String> bearers) {
        boolean counted = false;
        for (String owner : bearers) {
            long cell = cell(owner);
            if (!counted) {
                memory.putLongRelease(cell + CELL_REPAIRED_OFFSET, memory.getLong(cell + CELL_REPAIRED_OFFSET) + 1);
                counted = true;
            }
            memory.putLongRelease(cell + CELL_INTENT_OFFSET, -(sequence + 1));
        }
        long slot = ring.slot(sequence);
        long word = memory.getLongAcquire(slot);
        if (!RingDescriptor.reached(word, sequence)) {
            memory.compareAndSetLong(slot, word, RingDescriptor.word(sequence, SKIP_LENGTH));
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

    /** The sequence that the producer of this cell tried for last, repaired or not; -1 if there is none. */
    private long intent(long cell) {
        return Math.abs(memory.getLongAcquire(cell + CELL_INTENT_OFFSET)) - 1;
    }

    private long cell(String owner) {
        return ring.region().address() + ring.region().producerCell(owner);
    }
}
