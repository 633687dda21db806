package lanegraph.graph;

import java.util.List;
import java.util.Objects;

/**
 * Where a role or an egress endpoint reads: a lane, and which of its consumers where the lane has several.
 *
 * @param lane     the lane's name
 * @param consumer the consumer, from 0, or {@link #WHOLE} when none is given
 */
public record LaneRef(String lane, int consumer) {
    /** No consumer is given: the lane's only cursor, or for a router all cursors of a fanout. */
    public static final int WHOLE = -1;

    public LaneRef {
        Objects.requireNonNull(lane, "lane");
    }

    /** The lane without a consumer. */
    public static LaneRef of(String lane) {
        return new LaneRef(lane, WHOLE);
    }

    /** Consumer {@code consumer} of the lane. */
    public static LaneRef of(String lane, int consumer) {
        return new LaneRef(lane, consumer);
    }

    /** True when no consumer is given. */
    public boolean isWhole() {
        return consumer == WHOLE;
    }

    /** The reference as plain data, as problems show it: {@code "both"} or {@code ["both", 1]}. */
    public Object data() {
        return isWhole() ? lane : List.of(lane, consumer);
    }

    /** As a spec writes it: {@code both} or {@code [both 1]}. */
    @Override
    public String toString() {
        return isWhole() ? lane : "[" + lane + " " + consumer + "]";
    }
}
