package lanegraph.runtime;

import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import lanegraph.LaneGraphException;
import lanegraph.graph.GraphSpec;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.region.Memory;
import org.agrona.DirectBuffer;

/**
 * A graph that runs. Thread-safe: any thread may call any method; the bare handles that {@link #writer} and
 * {@link #reader} lend belong to one thread at a time.
 *
 * <p>A role that fails stops the whole graph; {@link #join} then tells every error. Roles whose function
 * waits are interrupted 5 seconds later, and then cut off. Nothing is printed.
 */
public final class LaneGraph implements GraphAccess {
    private final Lifecycle life;
    private final Assembly assembly;
    private final Latencies latencies;

    private LaneGraph(GraphSpec spec, Part part, SpawnOptions options) {
        life = new Lifecycle(spec, part, options, Memory.DIRECT);
        assembly = life.assembly;
        latencies = new Latencies(assembly);
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

    /**
     * For one who is about to start each role of a graph in a process of its own, by {@link #runRole}: makes sure that nobody
     * runs one in the directory. Unless the options say to go on with lanes that are there, all of them are made now, and no
     * endpoint may be in use.
     *
     * @throws LaneGraphException {@code role/owned}, with who and since when; {@code graph/invalid}; {@code lane/exists} where
     *     lanes that are there are refused; what {@link lanegraph.region.Region} reports
     */
    public static void prepareRoles(GraphSpec spec, SpawnOptions options) {
        BeforeRoles.prepare(spec, options);
    }

    private static LaneGraph started(LaneGraph graph) {
        graph.life.spawn();
        return graph;
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
        return life.state();
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
        return new RoleControl(role, life.team.threadOf(role));
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
        return Rehearsal.of(assembly, role(role), assembly.role(role), life::isQuiet, name, next, migrate, deadlineMillis);
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
        LaneWriters writers = new LaneWriters(assembly);
        RoleAgent role = writers.role(lane);
        return role == null
                ? offer(writers.ingress(lane), value)
                : new RoleControl(role, life.team.threadOf(role)).inject(lane, value, deadlineMillis);
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
        Tap tap = new Tap(name(), assembly.lane(lane), Math.max(1, every), first, onMessage, life.events);
        life.start(tap);
        return tap;
    }

    /** What the graph is doing, read while it runs; also after a stop and after close. */
    @Override
    public GraphStatus status() {
        State state = life.state(); // before the failures: a graph that has failed was told by whom before
        GraphStatus status = new StatusReader(assembly, life.team, life.failures.byRole()).read(state, life.isQuiet());
        Reference.reachabilityFence(this); // as in peek
        return status;
    }

    /**
     * How busy each role is, 0 to 1: looks at the roles about every 10 ms, for so long, on the caller's thread, and
     * tells at what share of the looks each was at work. A look reads memory that is there, and slows no role. A function
     * that does not return is at work; a role before a full lane, or halted, is not.
     *
     * @throws LaneGraphException {@code call/interrupted}
     */
    @Override
    public SortedMap<String, Double> busy(long millis) {
        return new StatusReader(assembly, life.team, Map.of()).busy(millis);
    }

    /**
     * Times messages on their way, for so long, on the caller's thread: some of those that come in through an ingress are
     * marked, and whoever takes one notes when; what a role publishes because of it is marked too. With few messages each is
     * a sample, with many one of several. Roles and endpoints are slowed by some percent at most; when nobody measures,
     * by a comparison for each message. What was inside when it began is not timed, nor what comes from another process.
     *
     * @param onSample is given each sample, on this thread, in no order
     * @return what was not done at the end; early if the graph ends
     * @throws LaneGraphException {@code graph/stopped}, {@code graph/failed}; {@code call/interrupted}
     */
    public LatencyResult latency(long millis, Consumer<LatencySample> onSample) {
        life.checkRunning();
        LatencyResult result = latencies.measure(millis, onSample, life::isQuiet);
        Reference.reachabilityFence(this); // as in peek
        return result;
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
        new Quiescence(assembly).awaitIdle(timeoutMillis, life::checkRunning);
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
        return life.stop(mode, deadlineMillis);
    }

    /**
     * Waits until the graph has ended.
     *
     * @return false if it had not within this time
     * @throws LaneGraphException {@code graph/failed} if it failed: the first error is the cause, all are in
     *     {@code roles}; {@code call/interrupted}
     */
    public boolean join(long timeoutMillis) {
        return life.join(timeoutMillis);
    }

    /**
     * Stops now and gives everything back; the files of mapped lanes stay. Idempotent; also called when the
     * JVM shuts down. Memory is only marked as closed, and freed by the collector, so a late use of a handle
     * is an error and never a crash.
     */
    @Override
    public void close() {
        life.close();
    }

    /** One line: name, state, and how many lanes and roles. */
    @Override
    public String toString() {
        return "LaneGraph[" + name() + " " + state() + ", lanes=" + assembly.lanes.size() + ", roles="
                + assembly.roles.size() + "]";
    }
}
