package lanegraph.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.EndpointSpec;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.Topology;
import lanegraph.lane.Codec;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.OpenClaim;
import lanegraph.region.Ownership;
import org.agrona.DirectBuffer;

/**
 * A graph that other processes run, or ran, in a directory. Who only looks changes nothing there: lanes are mapped for
 * reading. The first use of an endpoint makes this process its owner, until {@link #close}. Thread-safe.
 */
public final class AttachedGraph implements GraphAccess {
    private static final Set<String> LIVING = Set.of("starting", "running", "paused", "parked", "stuck");
    private static final long CLOSE_MS = 200;

    private final SpawnOptions options;
    private final Path dir;
    private final Control control;
    private final GraphSpec spec;
    private final ErrorLog errors = new ErrorLog();
    private final Events events;
    private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
    private final SortedMap<String, Client> clients = new TreeMap<>();
    private final SortedMap<String, Ingress> ingress = new TreeMap<>();
    private final SortedMap<String, Egress> egress = new TreeMap<>();
    private final Set<Tap> taps = ConcurrentHashMap.newKeySet();
    private final Object beating = new Object();
    /** Of the clients, from the first one on; guarded by {@link #beating}. */
    private Heartbeat heartbeat;
    private volatile boolean closed;

    private AttachedGraph(SpawnOptions options, Control control) {
        this.options = options;
        this.dir = options.dir();
        this.control = control;
        this.spec = control.spec();
        this.events = new Events(spec.name(), options, errors);
        spec.endpoints().forEach((name, endpoint) -> {
            Client client = new Client(spec, dir, name, errors::record);
            clients.put(name, client);
            if (endpoint.kind() == EndpointSpec.Kind.INGRESS) {
                ingress.put(name, new Ingress(name, () -> beating(client.tx(codec(endpoint.lane().lane()))), client::activity));
            } else {
                egress.put(name, new Egress(name, () -> beating(client.rx(codec(endpoint.lane().lane()))), client::activity,
                        () -> false));
            }
        });
    }

    /**
     * The graph that was last started in the directory of the options; of these its codecs and listeners are used.
     *
     * @throws LaneGraphException {@code graph/not-found} if none was; {@code control/corrupt}; those of files
     */
    public static AttachedGraph attach(SpawnOptions options) {
        return new AttachedGraph(options, Control.attached(options.dir(), false));
    }

    /** The handle of a client, of which others hear from now on that it lives. */
    private <H> H beating(H handle) {
        synchronized (beating) {
            if (heartbeat == null && !closed) {
                heartbeat = new Heartbeat(name(), () -> clients.values().forEach(Client::look), errors::record);
            }
        }
        return handle;
    }

    private Codec codec(String lane) {
        String name = spec.lanes().get(lane).codec();
        Codec codec = options.codecNamed(name);
        if (codec == null) {
            throw SpawnChecks.unknownCodec(lane, name, options);
        }
        return codec;
    }

    @Override
    public GraphSpec spec() {
        return spec;
    }

    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public boolean offer(String endpoint, Object value) {
        return offer(endpoint, value, 0);
    }

    @Override
    public boolean offer(String endpoint, Object value, long timeoutMillis) {
        return ingress(endpoint).offer(value, timeoutMillis);
    }

    @Override
    public boolean offer(String endpoint, DirectBuffer source, int offset, int length) {
        return ingress(endpoint).offer(source, offset, length);
    }

    @Override
    public List<Object> take(String endpoint, int max, long timeoutMillis) {
        return egress(endpoint).take(max, timeoutMillis);
    }

    @Override
    public List<Object> receive(String endpoint, int max, long timeoutMillis) {
        return egress(endpoint).receive(max, timeoutMillis);
    }

    @Override
    public void ack(String endpoint) {
        egress(endpoint).ack();
    }

    @Override
    public Object poll(String endpoint) {
        List<Object> values = take(endpoint, 1, 0);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public LaneTx writer(String endpoint) {
        return ingress(endpoint).lend();
    }

    @Override
    public LaneRx reader(String endpoint) {
        return egress(endpoint).lend();
    }

    private Ingress ingress(String name) {
        return endpoint(ingress, name, EndpointSpec.Kind.INGRESS);
    }

    private Egress egress(String name) {
        return endpoint(egress, name, EndpointSpec.Kind.EGRESS);
    }

    private <E> E endpoint(Map<String, E> endpoints, String name, EndpointSpec.Kind kind) {
        E endpoint = endpoints.get(name);
        if (endpoint == null) {
            throw SpawnChecks.unknownEndpoint(spec, name, kind);
        }
        return endpoint;
    }

    /** The lane of this name, for reading. */
    private Lane lane(String name) {
        if (!spec.lanes().containsKey(name)) {
            throw new LaneGraphException(Category.NOT_FOUND, "graph/unknown-lane",
                    "lane " + name + ": graph " + name() + " has none of this name; expected one of " + spec.lanes().keySet(),
                    Map.of("lane", String.valueOf(name)));
        }
        return lanes.computeIfAbsent(name, lane -> LaneOpener.attached(spec, lane, dir, options.codecNamed(
                spec.lanes().get(lane).codec()), false));
    }

    private Lane laneOfValues(String name) {
        Lane lane = lane(name);
        codec(name); // throws if it is not known
        return lane;
    }

    @Override
    public List<Object> peek(String lane, int max) {
        return Peek.next(laneOfValues(lane), max);
    }

    @Override
    public List<Object> peek(String lane, long sequence, int max) {
        return Peek.from(laneOfValues(lane), sequence, max);
    }

    @Override
    public Tap tap(String lane, long every, long first, Consumer<Object> onMessage) {
        Tap tap = new Tap(name(), laneOfValues(lane), Math.max(1, every), first, onMessage, events);
        taps.add(tap);
        tap.end().thenRun(() -> taps.remove(tap));
        tap.start();
        if (closed) {
            tap.close();
        }
        return tap;
    }

    /** The slots that are claimed and hold no message yet; none where the lane is not there. */
    public List<OpenClaim> openClaims(String lane) {
        return OpenClaim.of(lane(lane));
    }

    /** Each role and endpoint, by the name of its lock: {@code role/parse}, {@code endpoint/in}. */
    public SortedMap<String, OwnerStatus> owners() {
        SortedMap<String, OwnerStatus> owners = new TreeMap<>();
        control.owners().forEach(owner -> owners.put(owner, owner(owner)));
        return owners;
    }

    private OwnerStatus owner(String owner) {
        Activity activity = control.activity(owner);
        String last = activity.state(); // before the lock: who ended since then let go of it after it had said so
        SortedMap<String, String> holder = Ownership.holder(dir, owner);
        String now = activity.state();
        boolean died = holder == null && LIVING.contains(now);
        return new OwnerStatus(died ? "died" : now, now.equals(last) || died ? now : last, holder, activity.heartbeatMillis(),
                activity.startedMillis(), activity.starts(), activity.processed(), activity.active(), activity.blockedOn());
    }

    /**
     * As {@link LaneGraph#status}, from what stands in the directory; also when no process lives. A role's state may also be
     * {@code never} and {@code died}; a thread has the name of its lock. Lanes whose files are gone are left out.
     */
    @Override
    public GraphStatus status() {
        SortedMap<String, LaneStatus> lanes = new TreeMap<>();
        for (String name : spec.lanes().keySet()) {
            try {
                lanes.put(name, StatusReader.lane(lane(name)));
            } catch (LaneGraphException ex) {
                if (ex.category() != Category.NOT_FOUND) {
                    throw ex;
                }
            }
        }
        SortedMap<String, RoleStatus> roles = new TreeMap<>();
        spec.roles().forEach((name, role) -> roles.put(name, role(role.kind(), Topology.roleOwner(name))));
        return new GraphStatus(name(), state(roles), lanes, roles, control.errors());
    }

    private RoleStatus role(String kind, String owner) {
        OwnerStatus status = owner(owner);
        Activity activity = control.activity(owner);
        boolean lives = status.holder() != null;
        return new RoleStatus(kind, owner, status.state(), lives && activity.active(), activity.processed(),
                activity.filtered(), activity.dropped(), activity.errors(), activity.bytes(), activity.blockedOn(),
                lives ? activity.blockedNanos() : 0, lives ? activity.blockedForNanos() : 0, activity.version(), activity.epoch());
    }

    /** {@code FAILED} if a role failed or died, {@code STOPPED} if none lives, {@code RUNNING} if all do, else {@code STARTING}. */
    @Override
    public State state() {
        SortedMap<String, RoleStatus> roles = new TreeMap<>();
        spec.roles().forEach((name, role) -> roles.put(name, role(role.kind(), Topology.roleOwner(name))));
        return state(roles);
    }

    private static State state(SortedMap<String, RoleStatus> roles) {
        List<String> states = roles.values().stream().map(RoleStatus::state).toList();
        if (states.contains("failed") || states.contains("died")) {
            return State.FAILED;
        }
        if (states.stream().noneMatch(LIVING::contains)) {
            return State.STOPPED;
        }
        return states.stream().allMatch(state -> LIVING.contains(state) && !state.equals("starting"))
                ? State.RUNNING : State.STARTING;
    }

    @Override
    public SortedMap<String, Double> busy(long millis) {
        Map<String, BooleanSupplier> atWork = new TreeMap<>();
        for (String name : spec.roles().keySet()) {
            Activity role = control.activity(Topology.roleOwner(name));
            atWork.put(name, () -> role.active() && role.state().equals("running") && role.blockedOn() == null);
        }
        return Busy.shares(atWork, millis);
    }

    /** None: messages of other processes cannot be had. */
    @Override
    public List<Parked> parked() {
        return List.of();
    }

    /** Gives the endpoints back; the graph runs on. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        taps.forEach(Tap::close);
        String why = "this access to graph " + name() + " is closed";
        ingress.values().forEach(endpoint -> endpoint.refuse(why, Deadline.in(CLOSE_MS)));
        egress.values().forEach(endpoint -> endpoint.refuse(why, Deadline.in(CLOSE_MS)));
        synchronized (beating) {
            if (heartbeat != null) {
                heartbeat.close();
            }
        }
        clients.values().forEach(Client::close);
        lanes.values().forEach(Lane::close);
        events.close();
    }

    /** One line: name, directory, and how many lanes and roles. */
    @Override
    public String toString() {
        return "AttachedGraph[" + name() + " in " + dir + ", lanes=" + spec.lanes().size() + ", roles=" + spec.roles().size()
                + "]";
    }
}
