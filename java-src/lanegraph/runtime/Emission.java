package lanegraph.runtime;

import java.util.List;
import lanegraph.lane.LaneTx;
import lanegraph.lane.Origin;
import lanegraph.stage.Emit;

/** The several results of one message, on their way into a lane. It belongs to the role's thread. */
final class Emission {
    private final LaneTx tx;
    private final boolean drops;
    private final Origin origin;
    private List<Object> values = List.of();
    /** How many of them are done with. */
    private int place;
    private int published;
    /** True if the value at this place stands in {@code tx}, with this length. */
    private boolean encoded;
    private int length;

    /**
     * @param drops true if a full lane drops and counts them
     * @param origin is told how many are out
     */
    Emission(LaneTx tx, boolean drops, Origin origin) {
        this.tx = tx;
        this.drops = drops;
        this.origin = origin;
    }

    /** Takes the results of the next message. */
    void take(Emit several) {
        values = several.values();
    }

    /** Begins behind the first so many, which were published when the message was tried before. */
    void begin(int publishedBefore) {
        place = publishedBefore;
        published = publishedBefore;
        encoded = false;
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    boolean hasNext() {
        return place < values.size();
    }

    /** Publishes the next one, or drops it, or finds the lane full: then it is still the next. */
    Outcome next() {
        if (!encoded) {
            if (!drops && !tx.room()) {
                return Outcome.FULL;
            }
            length = tx.encode(values.get(place));
            encoded = true;
        }
        origin.leaves(place + 1 < values.size() ? place + 1 : 0);
        boolean fits;
        try {
            fits = tx.commit(length);
        } finally {
            origin.leaves(0); // what else may be published before the next one, such as a dead letter, is none of these
        }
        if (!fits && !drops) {
            return Outcome.FULL;
        }
        encoded = false;
        place++;
        if (fits) {
            published++;
            return Outcome.PUBLISHED;
        }
        tx.countDrop();
        return Outcome.DROPPED;
    }

    /** How many are done with. */
    int place() {
        return place;
    }

    /** Ends it; true if at least one was published. */
    boolean end() {
        values = List.of(); // they are garbage now
        return published > 0;
    }
}
