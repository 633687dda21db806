package lanegraph.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.EndpointSpec;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.MergePolicy;
import lanegraph.graph.OnError;
import lanegraph.graph.OnFull;
import lanegraph.graph.RoleSpec;
import lanegraph.graph.Topology;
import lanegraph.graph.Validator;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.MergeRx;
import lanegraph.lane.Origin;
import lanegraph.lane.Ring;
import lanegraph.lane.Trail;
import lanegraph.region.Memory;
import lanegraph.region.Ownership;
import lanegraph.region.StartLock;

/**
 * The parts of a graph, put together, without threads: lanes, roles, endpoints. {@link LaneGraph} gives it
 * threads; {@link Simulation} steps it by hand.
 */
final class Assembly {
    final GraphSpec spec;
    final Part part;
    final SpawnOptions options;
    final Topology topology;
    private final AtomicBoolean stopping = new AtomicBoolean();
    /** Of listeners and of the graph itself; in memory of roles as well, which otherwise have their own. */
    final ErrorLog errors = new ErrorLog();
    /** By lane name. */
    final SortedMap<String, Lane> lanes = new TreeMap<>();
    /** By role name; a consumer by {@code endpoint/<name>}. */
    final SortedMap<String, RoleAgent> roles = new TreeMap<>();
    /** What mapped endpoints without a consumer tell of themselves. */
    final List<Activity> endpoints = new ArrayList<>();
    /** By endpoint name. */
    final SortedMap<String, Ingress> ingress = new TreeMap<>();
    /** By endpoint name. */
    final SortedMap<String, Egress> egress = new TreeMap<>();
    /** Of the stages that get their state back, by role name. */
    final SortedMap<String, StateReplay> replays = new TreeMap<>();
    /** The owners of the cursors that roles and consumers move, by lane. */
    final SortedMap<String, List<String>> readers = new TreeMap<>();
    /** How the roles stand. */
    final Standing standing = new Standing(lanes, roles, readers);
    /** Null for lanes in memory. */
    final Ownership ownership;
    /** Null for lanes in memory. */
    private Control control;

    private final SortedMap<String, RoleStage> stages;
    private final StageFit fit;
    private final SortedMap<String, RoleNotes> notes = new TreeMap<>();
    private final Memory memory;

    /**
     * Validates, resolves, takes ownership, makes or attaches the lanes. If anything of it fails, all of it
     * is undone.
     *
     * @param part what of the graph to put together
     * @param ended true when no role can publish any more
     * @param threads false if one thread steps all of it by hand, and nothing may happen beside it
     * @param memory {@link Memory#DIRECT}, or a test's
     */
    Assembly(GraphSpec spec, Part part, SpawnOptions options, BooleanSupplier ended, boolean threads, Memory memory) {
        Validator.requireValid(spec);
        part.check(spec, options);
        this.spec = spec;
        this.part = part;
        this.options = options;
        this.memory = memory;
        this.topology = Topology.of(spec);
        SpawnChecks.check(spec, options);
        this.fit = new StageFit(spec, lanes, roles);
        this.stages = Stages.resolve(spec, part, options.stages());
        Ownership taken = null;
        try {
            taken = options.dir() == null
                    ? null : ClaimRepair.ownership(options.dir(), part.owners(spec, topology), Control.who(spec));
            openLanes(threads, taken);
            lanes.values().forEach(this::repairClaims);
            spec.roles().forEach(this::addRole);
            spec.endpoints().forEach((name, endpoint) -> addEndpoint(name, endpoint, ended));
        } catch (Throwable error) {
            List<Throwable> more = new ArrayList<>();
            Stages.closeAll(Stages.objects(stages).values(), more);
            more.forEach(error::addSuppressed);
            undo(taken, error);
            throw error;
        }
        this.ownership = taken;
    }

    private void openLanes(boolean threads, Ownership taken) {
        Set<String> byReference = ByReference.lanes(spec, Stages.objects(stages), options);
        StartLock start = StartLock.take(options.dir(), "start of graph " + spec.name());
        try {
            if (taken != null) {
                Control.check(options.dir(), spec, taken.owners());
            }
            new LaneOpener(spec, part, options, topology, byReference, threads, memory).open(lanes);
            control = taken == null ? null : Control.open(options.dir(), spec);
        } finally {
            start.close();
        }
    }

    /** Lets every role end between two messages. Any thread; idempotent. */
    void stop() {
        stopping.set(true);
        for (RoleAgent role : roles.values()) {
            role.mailbox().alert();
        }
    }

    boolean isStopping() {
        return stopping.get();
    }

    /** What a role does on its thread before its first message. */
    void init(String role, String kind) throws Exception {
        options.threadInit().init(role, kind);
        StateReplay replay = replays.get(role);
        if (replay != null) {
            replay.run();
        }
    }

    /**
     * Gives everything back, as if it had never been, but the stages, which their roles close: for a spawn
     * that failed before any message moved. What goes wrong is added to the reason.
     */
    void discard(Throwable why) {
        undo(ownership, why);
    }

    private void undo(Ownership taken, Throwable why) {
        List<Throwable> errors = new ArrayList<>();
        for (Lane lane : lanes.values()) { // others may have attached meanwhile to what a part of the graph made
            guarded(part.isWhole() ? lane::discard : lane::close, errors);
        }
        List<RoleNotes> backwards = new ArrayList<>(notes.values());
        Collections.reverse(backwards); // the directory goes with the first one, which made it
        backwards.forEach(each -> guarded(each::discard, errors));
        if (control != null && part.isWhole()) {
            guarded(control::discard, errors);
        }
        if (taken != null) {
            guarded(taken::abandon, errors);
        }
        errors.forEach(why::addSuppressed);
    }

    private static void guarded(Runnable action, List<Throwable> errors) {
        try {
            action.run();
        } catch (Throwable ex) { // an error too: the locks come after it
            errors.add(ex);
        }
    }

    /** Before any producer has its handle. */
    private void repairClaims(Lane lane) {
        ClaimRepair.own(options.dir(), lane,
                topology.producers(lane.name()).stream().filter(part::has).collect(Collectors.toSet()));
    }

    private void addRole(String name, RoleSpec role) {
        if (!part.hasRole(name)) {
            return;
        }
        String owner = Topology.roleOwner(name);
        List<LaneRx> inputs = role.rx().stream().map(from -> rx(from.lane(), owner)).toList();
        LaneRx rx = role instanceof RoleSpec.Merge merge
                ? new MergeRx(inputs, merge.policy() == MergePolicy.PRIORITY)
                : inputs.get(0);
        Origin origin = new Origin(rx);
        RoleNotes noted = RoleNotes.open(spec, lanes, options, name, role, origin, memory);
        List<LaneTx> outputs = role.tx().stream().map(to -> tx(to, owner, noted == null ? null : noted.trail(to))).toList();
        LaneTx deadLetters = role.deadLetter() == null ? null
                : tx(role.deadLetter(), Topology.errorOwner(name), noted == null ? null : noted.deadLetters(role.deadLetter()));
        int resumed = 0;
        if (noted != null) {
            notes.put(name, noted);
            resumed = noted.goOn(inputs);
        }
        Router router = role instanceof RoleSpec.Router split
                ? Routers.of(name, split, outputs, stages.containsKey(name) ? stages.get(name).object() : null)
                : null;
        String reads = inputs.size() == 1 ? role.rx().get(0).lane() : null;
        RoleStage stage = stages.get(name);
        if (stage != null) {
            stage.checkedBy(next -> fit.check(name, role, stage.request(), next));
        }
        if (options.dir() != null && role instanceof RoleSpec.Stage recovering && recovering.recovery() != null) {
            replays.put(name, new StateReplay(name, recovering.recovery(), options.dir(), lanes.get(reads),
                    lanes.get(recovering.to()), rx, stage, role.onError(), options.dev(), this::isStopping));
        }
        RoleLanes lanes = new RoleLanes(reads, rx, router == null ? outputs.get(0) : null, router, deadLetters, origin, resumed);
        roles.put(name, new RoleAgent(name, role.kind(), stage, lanes, role.onError(), activity(owner), errors(owner),
                options.dev(), stopping));
    }

    /** The reader of a role: a router on a whole fanout has all of its cursors. */
    private LaneRx rx(String lane, String owner) {
        List<String> cursors = topology.cursors(lane).stream()
                .filter(cursor -> isOf(owner, cursor))
                .toList();
        cursors.forEach(cursor -> addReader(lane, cursor));
        return cursors.size() > 1 && lanes.get(lane) instanceof Ring ring
                ? ring.rxOfAll(cursors)
                : lanes.get(lane).rx(cursors.get(0));
    }

    private void addEndpoint(String name, EndpointSpec endpoint, BooleanSupplier ended) {
        if (!part.isWhole()) {
            return;
        }
        String owner = Topology.endpointOwner(name);
        String lane = endpoint.lane().lane();
        Activity told = control != null && !options.consumers().containsKey(name) ? activity(owner) : null;
        if (told != null) {
            endpoints.add(told);
        }
        if (endpoint.kind() == EndpointSpec.Kind.INGRESS) {
            ingress.put(name, new Ingress(name, () -> tx(lane, owner), () -> told));
            return;
        }
        Egress out = new Egress(name, () -> lanes.get(lane).rx(owner), () -> told, ended);
        egress.put(name, out);
        Object consumer = options.consumers().get(name);
        if (consumer != null) {
            LaneRx rx = out.lendToRole();
            addReader(lane, owner);
            RoleStage stage = new RoleStage(null, new RoleStage.Made(name, RoleStage.fixed(again -> consumer), null, consumer), lane);
            RoleLanes lanes = new RoleLanes(lane, rx, null, null, null, new Origin(rx), 0);
            roles.put(owner, new RoleAgent(owner, "consumer", stage, lanes, OnError.stop(),
                    activity(owner), errors(owner), options.dev(), stopping));
        }
    }

    private Activity activity(String owner) {
        Activity activity = control == null ? new Activity(spec.lanes().keySet()) : control.activity(owner);
        activity.begin(System.currentTimeMillis());
        return activity;
    }

    private ErrorLog errors(String owner) {
        return control == null ? errors : control.errors(owner);
    }

    /** By role: the pairs of lanes whose {@linkplain RoleNotes#voided notes} did not fit the lanes. */
    SortedMap<String, List<String>> voidedNotes() {
        SortedMap<String, List<String>> voided = new TreeMap<>();
        notes.forEach((role, noted) -> voided.put(role, noted.voided()));
        voided.values().removeIf(List::isEmpty);
        return voided;
    }

    /** The distinct errors after which roles went on, and those of listeners. */
    List<DistinctError> errorEntries() {
        List<DistinctError> entries = new ArrayList<>(errors.entries());
        if (control != null) {
            entries.addAll(control.errors());
        }
        return entries;
    }

    private void addReader(String lane, String owner) {
        readers.computeIfAbsent(lane, key -> new ArrayList<>()).add(owner);
    }

    private LaneTx tx(String lane, String owner) {
        return lanes.get(lane).tx(owner, spec.onFull(lane) == OnFull.DROP);
    }

    /** @param trail null where nothing is noted */
    private LaneTx tx(String lane, String owner, Trail trail) {
        return trail == null ? tx(lane, owner) : lanes.get(lane).tx(owner, false, trail);
    }

    /** The ingress endpoint of this name. */
    Ingress ingress(String name) {
        return endpoint(ingress, name, EndpointSpec.Kind.INGRESS);
    }

    /** The egress endpoint of this name. */
    Egress egress(String name) {
        return endpoint(egress, name, EndpointSpec.Kind.EGRESS);
    }

    private <E> E endpoint(Map<String, E> endpoints, String name, EndpointSpec.Kind kind) {
        E endpoint = endpoints.get(name);
        if (endpoint == null && !part.isWhole()) {
            throw new LaneGraphException(Category.NOT_FOUND, "graph/unknown-endpoint",
                    "endpoint " + name + ": this process runs the role " + part.role() + " of graph " + spec.name() + ", and no endpoint;"
                            + " attach to the directory " + options.dir() + " and use it there",
                    Map.of("endpoint", String.valueOf(name), "role", part.role()));
        }
        if (endpoint == null) {
            throw SpawnChecks.unknownEndpoint(spec, name, kind);
        }
        return endpoint;
    }

    /** The role of this name. */
    RoleAgent role(String name) {
        RoleAgent role = roles.get(name);
        if (role == null) {
            throw Part.unknownRole(spec, name, roles.keySet());
        }
        return role;
    }

    /** The lane of this name. */
    Lane lane(String name) {
        Lane lane = lanes.get(name);
        if (lane == null) {
            throw new LaneGraphException(Category.NOT_FOUND, "graph/unknown-lane",
                    "lane " + name + ": graph " + spec.name() + " has none of this name; expected one of " + lanes.keySet(),
                    Map.of("lane", String.valueOf(name)));
        }
        return lane;
    }

    /** True if the cursor is this owner's. */
    static boolean isOf(String owner, String cursor) {
        return cursor.equals(owner) || cursor.startsWith(owner + "/");
    }
}
