package lanegraph.runtime;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * How a stop ended.
 *
 * @param state {@code STOPPED} or {@code FAILED}; {@code STOPPING} if the caller is a role of the graph,
 *     which ends after the call
 * @param drained true if no lane that a role reads holds a message
 * @param remaining the other lanes that a role reads, and how many messages they still hold
 * @param stuck the roles whose function had not returned by the deadline: their threads live on, can publish
 *     nothing more, and keep their ownership until they end
 * @param halted the roles that were paused or parked, and so drained nothing
 * @param failures the errors by role, if the graph failed
 */
public record StopResult(
        State state,
        boolean drained,
        SortedMap<String, Integer> remaining,
        List<String> stuck,
        List<String> halted,
        Map<String, Throwable> failures) {}
