package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.lane.Lane;

/** Looks at messages of a lane without a cursor: nothing changes, and no role is slowed. */
final class Peek {
    private Peek() {}

    /** Those that the slowest reader has before it, of a journal the last ones; those that go meanwhile are left out. */
    static List<Object> next(Lane lane, int max) {
        List<Object> values = new ArrayList<>();
        long end = lane.produced();
        for (long sequence = lane.lookFrom(max); sequence < end && values.size() < max; sequence++) {
            Object value = lane.look(sequence);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    /**
     * Those from this sequence on, as far as they are there. A slot without a message, which its producer gave up or
     * has not written yet, is left out.
     *
     * @throws LaneGraphException {@code lane/no-such-sequence} if the first is outside what the lane still holds
     */
    static List<Object> from(Lane lane, long sequence, int max) {
        List<Object> values = new ArrayList<>();
        long end = lane.produced();
        checkHeld(lane, sequence, end);
        for (long at = sequence; at < end && values.size() < max; at++) {
            Object value = lane.look(at);
            if (value != null) {
                values.add(value);
            } else if (at < lane.oldest()) { // overwritten meanwhile, and so is what came before it
                if (values.isEmpty()) {
                    checkHeld(lane, sequence, lane.produced());
                }
                return values;
            }
        }
        return values;
    }

    private static void checkHeld(Lane lane, long sequence, long next) {
        long first = lane.oldest();
        if (sequence < first || sequence >= next) {
            throw new LaneGraphException(Category.NOT_FOUND, "lane/no-such-sequence",
                    "lane " + lane.name() + ": it does not hold sequence=" + sequence + "; expected first=" + first
                            + " or later, and less than next=" + next
                            + (sequence < first ? ": that message was overwritten" : ": that message is not written yet"),
                    Map.of("lane", lane.name(), "sequence", sequence, "first", first, "next", next));
        }
    }
}
