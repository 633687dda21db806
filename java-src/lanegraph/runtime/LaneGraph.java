package lanegraph.runtime;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.Idle;
import lanegraph.graph.Topology;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.region.SmallFile;
import org.agrona.DirectBuffer;

/**
 * A graph that runs. Thread-safe: any thread may call any method; the bare handles that {@link #writer} and
 * {@link #reader} lend belong to one thread at a time.
 *
 * <p>A role that fails stops the whole graph; {@link #join} then tells every error. Roles whose function
 * waits are interrupted 5 seconds later, and then cut off. Nothing is printed.
 */
public final class LaneGraph implements GraphAccess {
    /** For a close, and for the end of a graph that has failed. */
    private static final long CLOSE_DEADLINE_MS = 5_000;
    private static final long MAX_RESERVE_MS = 200;
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Assembly assembly;
    private final Failures failures = new Failures();
    private final Events events;
    private final Team team;
    private final ReentrantLock control = new ReentrantLock();
    /** Guards changes of the state; not this object, which its users may lock. */
    private final Object states = new Object();
    private final Thread hook = new Thread(this::close, "lanegraph:shutdown");
    private volatile State state = State.STARTING;
    /** True once no role can publish: all threads have ended, or those that have not are cut off. */
    private volatile boolean quiet;
    private volatile List<String> stuck = List.of();
    /** Completed when all threads have ended and {@link #ended()} has run. */
    private volatile CompletableFuture<Void> end = CompletableFuture.completedFuture(null);
    /** Completed when no lock is held any more. */
    private CompletableFuture<Void> released = end;
    private final Set<Tap> taps = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    /** Null for lanes in memory. */
    private volatile Heartbeat heartbeat;

    private LaneGraph(GraphSpec spec, Part part, SpawnOptions options) {
        assembly = new Assembly(spec, part, options, () -> quiet, true);
        events = new Events(spec.name(), options, assembly.errors);
        team = new Team(assembly, this::failed);
    }

    /**
     * Validates the spec, resolves every stage, takes ownership, makes or attaches every lane, starts every
     * role's thread, runs the inits, and returns when all are ready. If any of it fails, all of it is undone:
     * no thread, no lock, no file is left.
     *
     * @throws LaneGraphException {@code graph/invalid} with the {@code problems};
     *     {@code graph/unknown-codec}; {@code graph/unknown-endpoint}; {@code role/owned}; {@code
     *     role/init-failed}; {@code call/interrupted}; what {@link lanegraph.region.Region} reports
     */
    public static LaneGraph spawn(GraphSpec spec, SpawnOptions options) {
        return started(new LaneGraph(spec, Part.WHOLE, options));
    }

    /**
     * As {@link #spawn}, but of one role alone: the others, and those who use the endpoints, are other processes that
     * meet in the directory of the options. Who comes first makes the lanes; all of them have the same spec. The role
     * is the same as in a graph of one process. It owns nothing but itself, so {@link #offer} and {@link #take} find
     * no endpoint here.
     *
     * @throws LaneGraphException {@code graph/unknown-role}; {@code role/owned} if the role runs already, with who and
     *     since when; {@code options/invalid} without a directory, with {@code existing} other than continue, or with
     *     consumers; what {@link #spawn} says
     */
    public static LaneGraph runRole(GraphSpec spec, String role, SpawnOptions options) {
        return started(new LaneGraph(spec, new Part(role), options));
    }

    private static LaneGraph started(LaneGraph graph) {
        try {
            graph.start();
            return graph;
        } catch (Throwable error) {
            graph.abort(error);
            throw error;
        }
    }

    private void start() {
        team.start(() -> !failures.none());
        if (!failures.none()) {
            throw failures.exception("role/init-failed", name());
        }
        // Before the file: in a JVM that is shutting down this is refused, and nothing more is made. The hook
        // may run from now on; what it stops then ends as soon as it has begun.
        Runtime.getRuntime().addShutdownHook(hook);
        if (assembly.options.dir() != null) {
            SmallFile.write(assembly.options.dir(), "graph.kv", spec().canonical().getBytes(StandardCharsets.UTF_8));
        }
        state = State.RUNNING;
        if (assembly.options.dir() != null) {
            heartbeat = new Heartbeat(name(), this::tellStates);
        }
        tellStart();
        end = team.end().thenRun(this::ended);
        team.go();
    }

    private void tellStates() {
        boolean over = quiet;
        StatusReader reader = new StatusReader(assembly, team, failures.byRole());
        long now = System.currentTimeMillis();
        assembly.roles.forEach((name, role) -> role.activity().beat(reader.phase(name, role, over),
                role.stage() == null ? 0 : role.stage().version(), now));
        assembly.endpoints.forEach(endpoint -> endpoint.beat(closed ? "ended" : "running", 0, now));
    }

    private void abort(Throwable error) {
        removeHook();
        assembly.stop();
        team.go();
        team.closeUnstarted();
        if (!team.awaitEnd(Deadline.in(MAX_RESERVE_MS))) {
            team.interrupt();
            team.awaitEnd(Deadline.in(MAX_RESERVE_MS));
            team.cutOff();
        }
        events.close();
        tellStates();
        assembly.discard(error);
    }

    private void tellStart() {
        int cores = Runtime.getRuntime().availableProcessors();
        Idle idle = assembly.options.idle() == null ? spec().idle() : assembly.options.idle();
        if (idle == Idle.BUSY_SPIN && team.size() > cores) {
            events.tell("warning", Map.of("message", team.size() + " threads that spin on " + cores
                    + " cores will be many times slower than with idle = backoff", "threads", team.size(), "cores", cores));
        }
        assembly.lanes.forEach((name, lane) -> {
            int depth = lane.created() ? 0 : lane.depth();
            if (depth > 0) {
                events.tell("continued", Map.of("lane", name, "depth", depth));
            }
        });
        events.tell("started", Map.of("threads", team.size()));
    }

    /** On the thread of a role that failed. */
    private void failed(RoleAgent role, Throwable error) {
        try {
            if (assembly.isStopping() && isConsequence(error)) {
                return;
            }
            if (quiet) { // the role was cut off: what the stop has answered stays true
                assembly.errors.record(error);
                return;
            }
            boolean first = failures.add(role.roleName(), error);
            boolean started;
            synchronized (states) {
                started = state != State.STARTING;
                if (started) {
                    state = State.FAILED;
                }
            }
            assembly.stop();
            if (started) {
                refuseIngress("graph " + name() + " has failed", Deadline.in(0));
                if (first) {
                    LaneGraphException failure = failures.exception("graph/failed", name());
                    events.tell("failed", Map.of("role", role.roleName(), "error", String.valueOf(error)));
                    events.tellFailure(failure);
                    endOthers();
                }
            }
        } finally {
            assembly.stop(); // also where memory did not suffice for the rest
        }
    }

    /** The other roles end by themselves, unless a function waits: for an interrupt, or for ever. */
    private void endOthers() {
        Thread thread = new Thread(() -> awaitEnd(Deadline.in(CLOSE_DEADLINE_MS), MAX_RESERVE_MS),
                "lanegraph:" + name() + ":stop");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * True if the stop itself brought the error about: a handle that was closed, or a function that was
     * interrupted.
     */
    private boolean isConsequence(Throwable error) {
        if (team.wasInterrupted() && Deadline.isInterrupt(error)) {
            return true;
        }
        Throwable cause = error;
        for (int i = 0; i < Deadline.MAX_CAUSES && cause != null; i++, cause = cause.getCause()) {
            if (cause instanceof LaneGraphException ex && ex.code().equals("lane/closed")) {
                return true;
            }
        }
        return false;
    }

    /** On the thread that ended last, or on one that has waited for it. */
    private void ended() {
        quiet = true;
        taps.forEach(Tap::finish);
        moveTo(State.STOPPED, State.RUNNING, State.DRAINING, State.STOPPING);
    }

    private void moveTo(State next, State... from) {
        synchronized (states) {
            for (State one : from) {
                if (state == one) {
                    state = next;
                    if (next == State.STOPPED) {
                        events.tell("stopped", Map.of());
                    }
                    return;
                }
            }
        }
    }

    @Override
    public GraphSpec spec() {
        return assembly.spec;
    }

    @Override
    public String name() {
        return spec().name();
    }

    @Override
    public State state() {
        return state;
    }

    /**
     * Writes a value into an ingress endpoint, without waiting. Any thread may call it.
     *
     * @return true if it was accepted, which under {@code drop} includes that the lane was full and it was
     *     dropped and counted; false if the lane is full
     * @throws LaneGraphException {@code graph/unknown-endpoint}; {@code graph/stopped}; {@code
     *     endpoint/taken}; {@code lane/too-large}; {@code lane/no-value}; {@code codec/…}
     */
    @Override
    public boolean offer(String endpoint, Object value) {
        return offer(endpoint, value, 0);
    }

    /**
     * As {@link #offer(String, Object)}, but waits up to this time for room.
     *
     * @throws LaneGraphException {@code call/interrupted} too; the value was then not written
     */
    @Override
    public boolean offer(String endpoint, Object value, long timeoutMillis) {
        return assembly.ingress(endpoint).offer(value, timeoutMillis);
    }

    /**
     * As {@link #offer(String, Object)}, for bytes, which are copied; {@code lane/by-reference} if the lane
     * carries objects.
     */
    @Override
    public boolean offer(String endpoint, DirectBuffer source, int offset, int length) {
        return assembly.ingress(endpoint).offer(source, offset, length);
    }

    /**
     * Takes up to {@code max} values from an egress endpoint: returns when it has them, when the time is
     * over, or when the graph has ended and no more can come. Also after a stop, until {@link #close()}. Any
     * thread may call it.
     *
     * @throws LaneGraphException {@code graph/unknown-endpoint}; {@code graph/stopped} after close; {@code
     *     endpoint/taken}; {@code call/interrupted} with nothing taken; {@code codec/…}: the message stays
     *     where it is
     */
    @Override
    public List<Object> take(String endpoint, int max, long timeoutMillis) {
        return assembly.egress(endpoint).take(max, timeoutMillis);
    }

    /** Errors as {@link #take}. */
    @Override
    public List<Object> receive(String endpoint, int max, long timeoutMillis) {
        return assembly.egress(endpoint).receive(max, timeoutMillis);
    }

    /** Errors as {@link #take}. */
    @Override
    public void ack(String endpoint) {
        assembly.egress(endpoint).ack();
    }

    /** The next value of an egress endpoint, or null; without waiting. Errors as {@link #take}. */
    @Override
    public Object poll(String endpoint) {
        List<Object> values = take(endpoint, 1, 0);
        return values.isEmpty() ? null : values.get(0);
    }

    /**
     * Lends the bare writer of an ingress endpoint to one owner, until that closes it. A stop closes it too;
     * close it before a stop, on its own thread, where a message on its way must not be cut off from what the
     * stop drains.
     *
     * @throws LaneGraphException {@code endpoint/taken} if it is lent already
     */
    @Override
    public LaneTx writer(String endpoint) {
        return assembly.ingress(endpoint).lend();
    }

    /** Lends the bare reader of an egress endpoint; otherwise as {@link #writer}. */
    @Override
    public LaneRx reader(String endpoint) {
        return assembly.egress(endpoint).lend();
    }

    /**
     * What works on one role while it runs.
     *
     * @param name of a role, or {@code endpoint/<name>} for the consumer of an egress
     * @throws LaneGraphException {@code graph/unknown-role}
     */
    public RoleControl role(String name) {
        RoleAgent role = assembly.role(name);
        return new RoleControl(role, team.threadOf(role));
    }

    /**
     * A candidate beside the present stage of a role, to be tried on messages without sending anything.
     *
     * @param name of the candidate, for messages
     * @param next as in {@link RoleControl#swap(String, Object, UnaryOperator, long)}
     * @param migrate makes the state that the candidate begins with from that of the role, which the present stage then begins
     *     with as it is, so that neither may change it in place; called on this thread; null to let both start fresh
     * @param deadlineMillis by when the role must have told its state
     * @throws LaneGraphException as that swap; {@code stage/shared-state} too if the role's stage is one object with state
     */
    public Rehearsal rehearsal(String role, String name, Object next, UnaryOperator<Object> migrate, long deadlineMillis) {
        return Rehearsal.of(assembly, role(role), assembly.role(role), () -> quiet, name, next, migrate, deadlineMillis);
    }

    /**
     * Writes a value into any lane that something of this graph writes. A role that writes it does that, on its thread,
     * between two messages, also while it is paused; where only an ingress endpoint writes it, this is an offer there.
     *
     * @param deadlineMillis by when the role must have come to it
     * @return true if it was accepted, which under {@code drop} includes that it was dropped and counted; false if the
     *     lane is full
     * @throws LaneGraphException {@code graph/unknown-lane}; {@code lane/no-writer}; what {@link RoleControl} says of all
     *     calls; what {@link #offer} says of its own
     */
    public boolean inject(String lane, Object value, long deadlineMillis) {
        RoleAgent role = assembly.writer(lane);
        return role == null
                ? offer(assembly.ingressOf(lane), value)
                : new RoleControl(role, team.threadOf(role)).inject(lane, value, deadlineMillis);
    }

    /** The messages with which roles are parked, by the names of the roles. */
    @Override
    public List<Parked> parked() {
        return assembly.roles.values().stream().map(role -> role.halt().parked()).filter(Objects::nonNull).toList();
    }

    /**
     * The next {@code max} values that the slowest reader of a lane has before it, oldest first, left where
     * they are. It slows no role. Those that are read while it looks are left out.
     *
     * @throws LaneGraphException {@code graph/unknown-lane}; {@code codec/…}
     */
    @Override
    public List<Object> peek(String lane, int max) {
        List<Object> values = Peek.next(assembly.lane(lane), max);
        Reference.reachabilityFence(this); // the last use of a closed graph: its lanes' memory stays until here
        return values;
    }

    /**
     * Up to {@code max} values of a lane from this sequence on, oldest first, left where they are: those not
     * overwritten yet, read or unread. Slots without a message (given up by their producer) are left out.
     *
     * @throws LaneGraphException {@code lane/no-such-sequence} if the lane does not hold this sequence, with {@code
     *     first} and {@code next}: it holds those from {@code first} up to before {@code next}; {@code
     *     graph/unknown-lane}; {@code codec/…}
     */
    @Override
    public List<Object> peek(String lane, long sequence, int max) {
        List<Object> values = Peek.from(assembly.lane(lane), sequence, max);
        Reference.reachabilityFence(this); // as above
        return values;
    }

    /**
     * Hands messages of a lane to a function as they are written, from now on, on a thread of its own, without slowing a
     * role. It ends with the graph, after {@code first} messages, when it is closed, or when the function throws, which
     * the event {@code tap-failed} tells.
     *
     * @param every 1 for each message, n for one in n
     * @param first how many messages at most
     * @throws LaneGraphException {@code graph/unknown-lane}; {@code graph/stopped}, {@code graph/failed}
     */
    @Override
    public Tap tap(String lane, long every, long first, Consumer<Object> onMessage) {
        Tap tap = new Tap(name(), assembly.lane(lane), Math.max(1, every), first, onMessage, events);
        checkRunning();
        taps.add(tap);
        tap.end().thenRun(() -> taps.remove(tap));
        tap.start();
        if (quiet) { // since the check
            tap.finish();
        }
        return tap;
    }

    /** What the graph is doing, read while it runs; also after a stop and after close. */
    @Override
    public GraphStatus status() {
        GraphStatus status = new StatusReader(assembly, team, failures.byRole()).read(state, quiet);
        Reference.reachabilityFence(this); // as in peek
        return status;
    }

    /**
     * How busy each role is, 0 to 1: looks at the roles about once a millisecond, for so long, on the caller's thread, and
     * tells at what share of the looks each was at work. A look reads memory that is there, and slows no role. A function
     * that does not return is at work; a role before a full lane, or halted, is not.
     *
     * @throws LaneGraphException {@code call/interrupted}
     */
    @Override
    public SortedMap<String, Double> busy(long millis) {
        return new StatusReader(assembly, team, Map.of()).busy(millis);
    }

    /**
     * Waits until no role is active, no lane that a role reads holds a message, and nothing has moved for 20
     * ms.
     *
     * @throws LaneGraphException {@code graph/not-idle} after this time, or as soon as only halted roles are in the
     *     way, with {@code halted}, {@code timeout-ms}, {@code
     *     active-roles}, {@code progress-epoch} and {@code remaining}; {@code graph/failed} or {@code
     *     graph/stopped} at once when a role has ended; {@code call/interrupted}
     */
    public void awaitIdle(long timeoutMillis) {
        new Quiescence(assembly).awaitIdle(timeoutMillis, this::checkRunning);
    }

    private void checkRunning() {
        if (!failures.none()) {
            throw failures.exception("graph/failed", name());
        }
        if (assembly.isStopping()) {
            throw new LaneGraphException(Category.UNAVAILABLE, "graph/stopped",
                    "graph " + name() + " is " + state + ": its roles have ended; spawn it again to go on",
                    Map.of("state", state));
        }
    }

    /**
     * Stops the graph and returns by the deadline, also when a function of a role does not return. Egress can
     * still be read afterwards, until {@link #close()}. Repeated calls answer again. An interrupt of the
     * caller is kept for later.
     *
     * @param mode with {@code DRAIN} the graph takes nothing more in and stops when what is inside has come
     *     out, or shortly before the deadline. A role that calls this does not wait, for its own message is
     *     inside: the graph then stops as with {@code NOW}
     */
    public StopResult stop(StopMode mode, long deadlineMillis) {
        Deadline deadline = Deadline.in(deadlineMillis);
        long reserve = Math.min(MAX_RESERVE_MS, Math.max(0, deadlineMillis) / 4);
        // A call that is inside is waited for, for a drain shall let out all that was accepted.
        refuseIngress("graph " + name() + " was stopped",
                mode == StopMode.DRAIN ? Deadline.in(deadline.remainingMillis() - reserve) : Deadline.in(reserve / 2));
        if (mode == StopMode.DRAIN && !team.isOwnThread()) {
            moveTo(State.DRAINING, State.RUNNING);
            new Quiescence(assembly).awaitEmpty(Deadline.in(deadline.remainingMillis() - reserve), () -> state == State.DRAINING);
        }
        moveTo(State.STOPPING, State.RUNNING, State.DRAINING);
        assembly.stop();
        if (!team.isOwnThread()) {
            awaitEnd(deadline, reserve);
        }
        SortedMap<String, Integer> remaining = assembly.remaining();
        return new StopResult(state, remaining.isEmpty(), remaining, stuck, assembly.halted(), failures.byRole());
    }

    /** Waits for the roles, which are stopping; interrupts shortly before the deadline, then cuts off. */
    private void awaitEnd(Deadline deadline, long reserve) {
        boolean over = team.awaitEnd(Deadline.in(deadline.remainingMillis() - reserve / 2));
        if (!over) {
            team.interrupt();
            over = team.awaitEnd(deadline);
        }
        if (over) {
            stuck = List.of();
            ended(); // the thread that ended last may not have come to it yet
        } else {
            cutOff();
        }
    }

    private void cutOff() {
        List<String> names = team.cutOff();
        stuck = names;
        quiet = true;
        taps.forEach(Tap::finish);
        if (!names.isEmpty()) {
            events.tell("stuck", Map.of("roles", names));
        }
        moveTo(State.STOPPED, State.STOPPING);
    }

    private void refuseIngress(String why, Deadline deadline) {
        assembly.ingress.values().forEach(endpoint -> endpoint.refuse(why, deadline));
    }

    /**
     * Waits until the graph has ended.
     *
     * @return false if it had not within this time
     * @throws LaneGraphException {@code graph/failed} if it failed: the first error is the cause, all are in
     *     {@code roles}; {@code call/interrupted}
     */
    public boolean join(long timeoutMillis) {
        Deadline deadline = Deadline.in(timeoutMillis);
        while (!quiet) {
            if (deadline.passed()) {
                return false;
            }
            Deadline.checkInterrupt("join of graph " + name());
            LockSupport.parkNanos(Math.min(POLL_NS, deadline.remainingNanos()));
        }
        if (!failures.none()) {
            throw failures.exception("graph/failed", name());
        }
        return true;
    }

    /**
     * Stops now and gives everything back; the files of mapped lanes stay. Idempotent; also called when the
     * JVM shuts down. Memory is only marked as closed, and freed by the collector, so a late use of a handle
     * is an error and never a crash.
     */
    @Override
    public void close() {
        boolean own = team.isOwnThread();
        if (!own) {
            control.lock();
        } else if (!control.tryLock()) {
            return; // another closes it, and waits for this thread to end: to wait for that one would hold both up
        }
        try {
            if (!closed || !quiet) { // a role that closed its graph could not wait for its own end
                stop(StopMode.NOW, CLOSE_DEADLINE_MS);
            }
            if (!closed) {
                closed = true;
                if (heartbeat != null) {
                    heartbeat.close();
                }
                taps.forEach(Tap::close);
                giveBack();
            }
            if (!own && team.end().isDone()) { // the thread that ended last may not have come to it yet
                Team.await(released, Deadline.in(CLOSE_DEADLINE_MS));
            }
        } finally {
            control.unlock();
        }
    }

    private void giveBack() {
        try {
            String why = "graph " + name() + " is closed";
            Deadline deadline = Deadline.in(MAX_RESERVE_MS);
            assembly.ingress.values().forEach(endpoint -> endpoint.refuse(why, deadline));
            assembly.egress.values().forEach(endpoint -> endpoint.refuse(why, deadline));
            List<CompletableFuture<Void>> lanes = assembly.lanes.values().stream().map(this::close).toList();
            released = releaseOwnership(CompletableFuture.allOf(lanes.toArray(CompletableFuture[]::new)));
        } finally {
            removeHook();
            events.tell("closed", Map.of());
            end.thenRun(events::close); // what the last roles have to tell is still told
        }
    }

    private CompletableFuture<Void> close(Lane lane) {
        return lane.close().exceptionally(error -> {
            assembly.errors.record(error);
            return null;
        });
    }

    /**
     * A role that is stuck keeps its lock until its thread ends, and that of its journal: no successor can write beside it,
     * nor beside a thread that works on files of the lanes.
     */
    private CompletableFuture<Void> releaseOwnership(CompletableFuture<Void> lanes) {
        if (assembly.ownership == null) {
            return lanes;
        }
        List<CompletableFuture<Void>> all = new ArrayList<>(List.of(lanes));
        assembly.roles.values().forEach(role -> all.add(team.threadOf(role).end()
                .thenRun(() -> assembly.ownership.release(role.owner()))
                .exceptionally(error -> {
                    assembly.errors.record(error);
                    return null;
                })));
        for (String endpoint : spec().endpoints().keySet()) {
            String owner = Topology.endpointOwner(endpoint);
            if (assembly.roles.values().stream().noneMatch(role -> role.owner().equals(owner))) {
                assembly.ownership.release(owner);
            }
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).thenRun(assembly.ownership::close);
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ex) {
            // The JVM is shutting down: the hook runs, or has run.
            return;
        }
    }

    /** One line: name, state, and how many lanes and roles. */
    @Override
    public String toString() {
        return "LaneGraph[" + name() + " " + state + ", lanes=" + assembly.lanes.size() + ", roles="
                + assembly.roles.size() + "]";
    }
}
