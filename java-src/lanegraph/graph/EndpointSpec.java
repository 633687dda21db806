package lanegraph.graph;

import java.util.Objects;

/**
 * Where code outside the graph gets a handle of a lane.
 *
 * @param kind whether that code writes the lane or reads it
 * @param lane the lane, for an egress perhaps with a consumer
 * @param start where an egress starts in a journal that keeps no position of it yet: {@code start}, {@code tail} or a
 *     position; null = not given, which is {@code start}
 */
public record EndpointSpec(Kind kind, LaneRef lane, String start) {
    /** The direction of an endpoint. */
    public enum Kind {
        /** Code outside is a producer of the lane. */
        INGRESS,
        /** Code outside is a reader of the lane. */
        EGRESS;

        /** The name in specs and in the canonical text: {@code ingress} or {@code egress}. */
        public String key() {
            return Keys.of(this);
        }
    }

    public EndpointSpec {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(lane, "lane");
    }
}
