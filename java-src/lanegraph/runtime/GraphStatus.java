package lanegraph.runtime;

import java.util.List;
import java.util.SortedMap;

/**
 * A graph at an instant. The parts are read one after another while it runs, so they need not fit together to
 * the message.
 *
 * @param name of the graph
 * @param state where it is in its life
 * @param lanes by name
 * @param roles by name; consumers of egress endpoints are among them, as {@code endpoint/<name>}
 * @param errors the distinct errors of roles that skip or write dead letters
 */
public record GraphStatus(
        String name,
        State state,
        SortedMap<String, LaneStatus> lanes,
        SortedMap<String, RoleStatus> roles,
        List<DistinctError> errors) {}
