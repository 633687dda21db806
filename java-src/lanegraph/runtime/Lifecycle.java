package lanegraph.runtime;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.Idle;
import lanegraph.region.Memory;
import lanegraph.region.SmallFile;

/**
 * How a graph starts, fails and ends, and its {@link State} on the way. Thread-safe.
 */
final class Lifecycle {
    /** For a close, and for the end of a graph that has failed. */
    static final long CLOSE_DEADLINE_MS = 5_000;
    static final long MAX_RESERVE_MS = 200;
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);

    final Assembly assembly;
    final Failures failures = new Failures();
    final Events events;
    final Team team;
    private final Stopping stopping;
    private final Closing closing;
    /** Guards changes of the state. */
    private final Object states = new Object();
    private volatile State state = State.STARTING;
    /** True once no role can publish: all threads have ended, or those that have not are cut off. */
    private volatile boolean quiet;
    /** Completed when all threads have ended and {@link #ended()} has run. */
    private volatile CompletableFuture<Void> end = CompletableFuture.completedFuture(null);
    private final Set<Tap> taps = ConcurrentHashMap.newKeySet();
    /** Null for lanes in memory. */
    private volatile Heartbeat heartbeat;

    /** @param memory {@link Memory#DIRECT}, or a test's */
    Lifecycle(GraphSpec spec, Part part, SpawnOptions options, Memory memory) {
        assembly = new Assembly(spec, part, options, () -> quiet, true, memory);
        events = new Events(spec.name(), options, assembly.errors);
        team = new Team(assembly, this::failed);
        stopping = new Stopping(this);
        closing = new Closing(this);
    }

    State state() {
        return state;
    }

    boolean isQuiet() {
        return quiet;
    }

    /** Completed when all threads have ended, and what their end has to tell was told. */
    CompletableFuture<Void> end() {
        return end;
    }

    private String name() {
        return assembly.spec.name();
    }

    /** As {@link LaneGraph#spawn} says; if anything fails, all of it is undone. */
    void spawn() {
        try {
            start();
        } catch (Throwable error) {
            abort(error);
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
        closing.atShutdown();
        if (assembly.options.dir() != null) {
            SmallFile.write(assembly.options.dir(), "graph.kv",
                    assembly.spec.canonical().getBytes(StandardCharsets.UTF_8));
        }
        state = State.RUNNING;
        if (assembly.options.dir() != null) {
            ClaimWatch claims = new ClaimWatch(assembly.options.dir(), assembly.lanes.values(), assembly.errors::record);
            beat(); // else who looks from another process may find a role that was ready long ago still starting
            heartbeat = new Heartbeat(name(), () -> {
                beat();
                claims.look();
            }, assembly.errors::record);
        }
        tellStart();
        end = team.end().thenRun(this::ended);
        team.go();
    }

    private void beat() {
        new StatusReader(assembly, team, failures.byRole()).beat(quiet, closing.isClosed());
    }

    private void abort(Throwable error) {
        closeLooking();
        closing.notAtShutdown();
        assembly.stop();
        team.go();
        team.closeUnstarted();
        if (!team.awaitEnd(Deadline.in(MAX_RESERVE_MS))) {
            team.interrupt();
            team.awaitEnd(Deadline.in(MAX_RESERVE_MS));
            team.cutOff();
        }
        events.close();
        beat();
        assembly.discard(error);
    }

    private void tellStart() {
        int cores = Runtime.getRuntime().availableProcessors();
        Idle idle = assembly.options.idle() == null ? assembly.spec.idle() : assembly.options.idle();
        if (idle == Idle.BUSY_SPIN && team.size() > cores) {
            String message = team.size() + " threads that spin on " + cores
                    + " cores will be many times slower than with idle = backoff";
            events.tell("warning", Map.of("message", message, "threads", team.size(), "cores", cores));
        }
        assembly.lanes.forEach((name, lane) -> {
            int depth = lane.created() ? 0 : lane.depth();
            if (depth > 0) {
                events.tell("continued", Map.of("lane", name, "depth", depth));
            }
        });
        assembly.voidedNotes().forEach((role, pairs) -> events.tell("notes-void", Map.of("role", role, "pairs", pairs)));
        assembly.replays.forEach((role, replay) ->
                events.tell("recovered", Map.of("role", role, "messages", replay.messages())));
        events.tell("started", Map.of("threads", team.size()));
    }

    /** On the thread of a role that failed. */
    private void failed(RoleAgent role, Throwable error) {
        try {
            if (assembly.isStopping() && team.hasCaused(error)) {
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
                stopping.refuseIngress("graph " + name() + " has failed", Deadline.in(0));
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
        Thread thread = new Thread(() -> stopping.awaitEnd(Deadline.in(CLOSE_DEADLINE_MS), MAX_RESERVE_MS),
                "lanegraph:" + name() + ":stop");
        thread.setDaemon(true);
        thread.start();
    }

    /** On the thread that ended last, or on one that has waited for it. */
    void ended() {
        becomeQuiet();
        moveTo(State.STOPPED, State.RUNNING, State.DRAINING, State.STOPPING);
    }

    void becomeQuiet() {
        quiet = true;
        taps.forEach(Tap::finish);
    }

    /** Moves on to this state, if it is in one of those. */
    void moveTo(State next, State... from) {
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

    /** As {@link LaneGraph#stop} says. */
    StopResult stop(StopMode mode, long deadlineMillis) {
        return stopping.stop(mode, deadlineMillis);
    }

    /** As {@link LaneGraph#join} says. */
    boolean join(long timeoutMillis) {
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

    /** Throws {@code graph/failed} or {@code graph/stopped} if the roles have ended, or are about to. */
    void checkRunning() {
        if (!failures.none()) {
            throw failures.exception("graph/failed", name());
        }
        if (assembly.isStopping()) {
            throw new LaneGraphException(Category.UNAVAILABLE, "graph/stopped",
                    "graph " + name() + " is " + state + ": its roles have ended; spawn it again to go on",
                    Map.of("state", state));
        }
    }

    /** Starts a tap, which ends with the graph. */
    void start(Tap tap) {
        checkRunning();
        taps.add(tap);
        tap.end().thenRun(() -> taps.remove(tap));
        tap.start();
        if (quiet) { // since the check
            tap.finish();
        }
    }

    /** Ends what looks at the graph while it runs. */
    void closeLooking() {
        if (heartbeat != null) {
            heartbeat.close();
        }
        taps.forEach(Tap::close);
    }

    /** As {@link LaneGraph#close} says. */
    void close() {
        closing.close();
    }
}
