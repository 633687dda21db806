package lanegraph.runtime;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import lanegraph.lane.Lane;

/** Reads what a graph is doing while it runs, without slowing it. */
final class StatusReader {
    private final Assembly assembly;
    private final Team team;
    private final Map<String, Throwable> failures;

    StatusReader(Assembly assembly, Team team, Map<String, Throwable> failures) {
        this.assembly = assembly;
        this.team = team;
        this.failures = failures;
    }

    /** @param quiet true once no role can publish: a thread that lives then is stuck */
    GraphStatus read(State state, boolean quiet) {
        SortedMap<String, LaneStatus> lanes = new TreeMap<>();
        assembly.lanes.forEach((name, lane) -> lanes.put(name, lane(lane)));
        SortedMap<String, RoleStatus> roles = new TreeMap<>();
        assembly.roles.forEach((name, role) -> roles.put(name, role(name, role, quiet)));
        return new GraphStatus(assembly.spec.name(), state, lanes, roles, assembly.errors.entries());
    }

    private static LaneStatus lane(Lane lane) {
        long read = lane.consumed(); // before the others, which can then only be ahead of it
        int depth = lane.depth();
        String memory = lane.byReference() ? "by-reference" : lane.file() == null ? "in-memory" : "mapped";
        return new LaneStatus(lane.kind(), lane.capacity(), depth, lane.produced(), read, lane.dropped(), memory,
                lane.segments(), lane.bytes());
    }

    private RoleStatus role(String name, RoleAgent role, boolean quiet) {
        RoleThread thread = team.threadOf(role);
        boolean over = thread.end().isDone();
        String phase = failures.containsKey(name) ? "failed" : over ? "ended" : quiet ? "stuck" : role.halt().state();
        Activity activity = role.activity();
        return new RoleStatus(role.kind(), thread.thread().getName(), phase, activity.active(), activity.processed(),
                activity.filtered(), activity.dropped(), activity.errors(), activity.bytes(), activity.blockedOn(),
                activity.blockedNanos(), role.stage() == null ? 0 : role.stage().version(), activity.epoch());
    }
}
