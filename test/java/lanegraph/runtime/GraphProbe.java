package lanegraph.runtime;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import lanegraph.graph.GraphSpec;
import lanegraph.lane.Claims;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.Ring;
import lanegraph.region.Memory;

/** A graph without threads: each role is stepped by hand. Belongs to one thread. */
public final class GraphProbe implements AutoCloseable {
    private final Assembly assembly;

    public GraphProbe(GraphSpec spec, SpawnOptions options) {
        this(spec, options, Memory.DIRECT);
    }

    public GraphProbe(GraphSpec spec, SpawnOptions options, Memory memory) {
        assembly = new Assembly(spec, Part.WHOLE, options, () -> false, false, memory);
        init();
    }

    /** One role of a graph, as in a process of its own. */
    public GraphProbe(GraphSpec spec, SpawnOptions options, String role, Memory memory) {
        assembly = new Assembly(spec, new Part(role), options, () -> false, false, memory);
        init();
    }

    /** What each role does before its first message. */
    private void init() {
        assembly.roles.values().forEach(role -> {
            try {
                assembly.init(role.roleName(), role.kind());
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        });
    }

    /** Tries to repair the first open slot of the lane; true if there is none, or not any more. */
    public boolean repair(String lane) {
        Ring ring = (Ring) assembly.lane(lane);
        Claims claims = new Claims(ring);
        return claims.repair(claims.firstOpen(0), new ClaimRepair(assembly.options.dir()).locks(ring));
    }

    /** What the watch of a graph with threads does ten times a second, for every lane of several producers. */
    public void repairAll() {
        assembly.lanes.forEach((name, lane) -> {
            if (ClaimRepair.mayNeed(lane)) {
                repair(name);
            }
        });
    }

    /** How many messages stand before this owner's reader. */
    public int unread(String lane, String owner) {
        LaneRx rx = assembly.lane(lane).rx(owner);
        int count = 0;
        while (rx.peek()) {
            rx.advance();
            count++;
        }
        return count;
    }

    /** How many slots of the lane were repaired. */
    public long repaired(String lane) {
        return assembly.lane(lane).repaired();
    }

    public boolean offer(String ingress, Object value) {
        return assembly.ingress(ingress).offer(value, 0);
    }

    public List<Object> take(String egress, int max) {
        return assembly.egress(egress).take(max, 0);
    }

    /** The bare handle of an ingress. */
    public LaneTx writer(String ingress) {
        return assembly.ingress(ingress).lend();
    }

    /** The bare handle of an egress. */
    public LaneRx reader(String egress) {
        return assembly.egress(egress).lend();
    }

    /** As {@link LaneGraph#latency}. */
    public LatencyResult latency(long millis, Consumer<LatencySample> onSample) {
        return new Latencies(assembly).measure(millis, onSample, () -> false);
    }

    /** A tap of one message in so many, which runs. */
    public Tap tap(String lane, long every, Consumer<Object> onMessage) {
        Tap tap = new Tap("probe", assembly.lane(lane), every, Long.MAX_VALUE, onMessage, null);
        tap.start();
        return tap;
    }

    /** By role: the pairs of lanes whose notes did not fit the lanes when it was opened. */
    public SortedMap<String, List<String>> voidedNotes() {
        return assembly.voidedNotes();
    }

    /** One pass of the role: how many messages it moved. */
    public int step(String role) {
        return assembly.roles.get(role).doWork();
    }

    /** True if the role waits with a message that its stage could not do. */
    public boolean isParked(String role) {
        return assembly.roles.get(role).halt().parked() != null;
    }

    /** At its next pass the role does its parked message again. */
    public void retry(String role) {
        assembly.roles.get(role).mailbox().post(new Command<>(commands -> RoleCommands::retry));
    }

    /** At its next pass the role writes this value; completed when it has, or has found no room. */
    public CompletableFuture<Boolean> inject(String role, String lane, Object value) {
        Command<Boolean> command = new Command<>(before -> commands -> commands.inject(lane, value));
        assembly.roles.get(role).mailbox().post(command);
        return command.answer();
    }

    /** An orderly end of the role. */
    public void end(String role) {
        assembly.stop();
        assembly.roles.get(role).onClose();
    }

    /** Gives files and locks back. */
    @Override
    public void close() {
        assembly.roles.values().forEach(RoleAgent::closeHandles);
        assembly.lanes.values().forEach(Lane::close);
        if (assembly.ownership != null) {
            assembly.ownership.close();
        }
    }

    /** The role's counters by name. */
    public Map<String, Long> counts(String role) {
        Activity activity = assembly.roles.get(role).activity();
        return Map.of("processed", activity.processed(), "filtered", activity.filtered(), "dropped", activity.dropped(),
                "errors", activity.errors());
    }

    public String blockedOn(String role) {
        return assembly.roles.get(role).activity().blockedOn();
    }

    /** The texts of the errors that roles went on after. */
    public List<String> errors() {
        return assembly.errors.entries().stream().map(DistinctError::text).toList();
    }

    /** {@code {lane [written read dropped]}}. */
    public SortedMap<String, List<Long>> lanes() {
        SortedMap<String, List<Long>> lanes = new TreeMap<>();
        assembly.lanes.forEach((name, lane) -> lanes.put(name, List.of(lane.produced(), lane.consumed(), lane.dropped())));
        return lanes;
    }
}
