package lanegraph.runtime;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import lanegraph.lane.Lane;

/** Reads what a graph is doing while it runs, without slowing it: memory that is there, and changes none of it. */
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
        return new GraphStatus(assembly.spec.name(), state, lanes, roles, assembly.errorEntries());
    }

    static LaneStatus lane(Lane lane) {
        long read = lane.consumed(); // before the others, which can then only be ahead of it
        int depth = lane.depth();
        String memory = lane.byReference() ? "by-reference" : lane.file() == null ? "in-memory" : "mapped";
        return new LaneStatus(lane.kind(), lane.capacity(), depth, lane.produced(), read, lane.dropped(), lane.repaired(), memory,
                lane.segments(), lane.bytes(), lane.highWater(), age(lane.oldestMillis()), lane.depths());
    }

    private static long age(long writtenMillis) {
        return writtenMillis < 0 ? -1 : Math.max(0, System.currentTimeMillis() - writtenMillis);
    }

    /**
     * As {@link Busy#shares}. A role is at work if it has just moved messages or its function runs, and it is neither
     * halted nor before a full lane.
     */
    SortedMap<String, Double> busy(long millis) {
        Map<String, BooleanSupplier> atWork = new TreeMap<>();
        assembly.roles.forEach((name, role) -> atWork.put(name, () -> isAtWork(role)));
        return Busy.shares(atWork, millis);
    }

    private boolean isAtWork(RoleAgent role) {
        Activity activity = role.activity();
        boolean hasThread = team.threadOf(role).working() == role; // it may share it with others
        return hasThread && activity.active() && activity.blockedOn() == null && !role.halt().isHalted();
    }

    /** Where a role is in its life: one of {@link Activity#STATES}. */
    private String phase(String name, RoleAgent role, boolean quiet) {
        boolean over = team.threadOf(role).end().isDone();
        return failures.containsKey(name) ? "failed" : over ? "ended" : quiet ? "stuck" : role.halt().state();
    }

    /** Notes where each role and endpoint is in its life, for other processes. */
    void beat(boolean quiet, boolean closed) {
        long now = System.currentTimeMillis();
        assembly.roles.forEach((name, role) -> role.activity().beat(phase(name, role, quiet), version(role), now));
        assembly.endpoints.forEach(endpoint -> endpoint.beat(closed ? "ended" : "running", 0, now));
    }

    private static int version(RoleAgent role) {
        return role.stage() == null ? 0 : role.stage().version();
    }

    private RoleStatus role(String name, RoleAgent role, boolean quiet) {
        RoleThread thread = team.threadOf(role);
        String phase = phase(name, role, quiet);
        Activity activity = role.activity();
        long blockedFor = activity.blockedForNanos(); // before the whole, which it is part of
        return new RoleStatus(role.kind(), thread.thread().getName(), phase, activity.active(), activity.processed(),
                activity.filtered(), activity.dropped(), activity.errors(), activity.bytes(), activity.blockedOn(),
                activity.blockedNanos(), blockedFor, version(role), activity.epoch());
    }
}
