package lanegraph.lane;

import static lanegraph.region.RingDescriptor.CELL_POSITION_OFFSET;
import static lanegraph.region.RingDescriptor.bears;

import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.region.RingDescriptor;

/**
 * Holds the cursors and the shared tail of a region that was attached against the words in its slots, since a
 * damaged position would lose messages without a word. Others may use the ring meanwhile: what moved while it was
 * looked at is looked at again.
 */
final class RingPositions {
    /** No ring gets there: a thousand million messages a second for a thousand million seconds. */
    private static final long MAX = 1L << 60;

    private final Ring ring;

    private RingPositions(Ring ring) {
        this.ring = ring;
    }

    /**
     * @throws LaneGraphException {@code lane/corrupt} if a position cannot be true
     */
    static void check(Ring ring) {
        RingPositions positions = new RingPositions(ring);
        for (int i = 0; i < ring.shape().cursors().size(); i++) {
            positions.checkCursor(i);
        }
        if (ring.shape().manyProducers()) {
            positions.checkTail();
        }
    }

    private void checkCursor(int index) {
        long address = ring.region.address() + RingDescriptor.cursorCell(ring.shape(), index) + CELL_POSITION_OFFSET;
        long cursor = load(address);
        while (!isPassed(cursor)) {
            long again = load(address);
            if (again == cursor) {
                throw corrupt("cursor of " + ring.shape().cursors().get(index), cursor);
            }
            cursor = again;
        }
    }

    /**
     * True if the message before the cursor was written, and is in its slot still, or its next lap's is, and the slot
     * at the cursor, which is its reader's, has no later lap. Words count modulo 2^48 only, so the cursor must be
     * within a lap of the others as well.
     */
    private boolean isPassed(long cursor) {
        long least = ring.slowest();
        if (cursor < 0 || cursor < least || cursor > MAX || cursor - ring.slots > ring.slowest()) {
            return false;
        }
        long next = load(ring.slot(cursor));
        if (cursor == 0) {
            return next == 0 || bears(next, 0);
        }
        if (bears(next, cursor + ring.slots)) {
            return false;
        }
        long word = load(ring.slot(cursor - 1));
        return bears(word, cursor - 1) || bears(word, cursor - 1 + ring.slots);
    }

    private void checkTail() {
        long least = ring.slowest();
        long tail = load(ring.tailAddress);
        while (tail < least || tail > ring.slowest() + ring.slots || bears(load(ring.slot(tail)), tail)) {
            long again = load(ring.tailAddress);
            if (again == tail) {
                throw corrupt("tail", tail);
            }
            tail = again;
        }
    }

    private long load(long address) {
        return ring.memory.getLongAcquire(address);
    }

    private LaneGraphException corrupt(String what, long found) {
        return new LaneGraphException(Category.CONFLICT, "lane/corrupt",
                "lane " + ring.name + " is damaged: file=" + ring.region.file() + " field=" + what + " found=" + found
                        + " expected=a position that the words in its slots bear out; restore the file, or start afresh"
                        + " with existing = replace or in another directory",
                Map.of("lane", ring.name, "file", String.valueOf(ring.region.file()), "field", what, "found", found));
    }
}
