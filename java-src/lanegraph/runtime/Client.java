package lanegraph.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import lanegraph.graph.EndpointSpec;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.LaneSpec;
import lanegraph.graph.OnFull;
import lanegraph.graph.Topology;
import lanegraph.lane.Codec;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.region.Ownership;

/** One endpoint of a graph that other processes run: owned from the first use on. Used under the endpoint's lock. */
final class Client {
    private final GraphSpec spec;
    private final Path dir;
    private final String lane;
    private final String owner;
    private final boolean writesJournal;
    private Ownership ownership;
    private final Consumer<Throwable> onError;
    private Activity activity;
    private Lane opened;
    /** Null unless it is open. */
    private ClaimWatch watch;

    /** @param onError told what goes wrong in {@link #look} */
    Client(GraphSpec spec, Path dir, String name, Consumer<Throwable> onError) {
        this.onError = onError;
        EndpointSpec endpoint = spec.endpoints().get(name);
        this.spec = spec;
        this.dir = dir;
        this.lane = endpoint.lane().lane();
        this.owner = Topology.endpointOwner(name);
        this.writesJournal = endpoint.kind() == EndpointSpec.Kind.INGRESS && spec.lanes().get(lane) instanceof LaneSpec.Journal;
    }

    LaneTx tx(Codec codec) {
        return open(codec).tx(owner, spec.onFull(lane) == OnFull.DROP);
    }

    LaneRx rx(Codec codec) {
        return open(codec).rx(owner);
    }

    /**
     * @throws lanegraph.LaneGraphException {@code role/owned}; {@code graph/not-found}, {@code lane/not-found}, {@code journal/not-found}; those of
     *     files
     */
    private synchronized Lane open(Codec codec) {
        if (opened != null) {
            return opened;
        }
        Set<String> owners = new TreeSet<>(Set.of(owner));
        if (writesJournal) {
            owners.add(LaneOpener.journalOwner(lane));
        }
        Ownership taken = ClaimRepair.ownership(dir, owners, "client of graph " + spec.name());
        Lane opening = null;
        try {
            Control control = Control.attached(dir, true);
            if (!control.spec().equals(spec)) {
                throw Control.otherGraph(dir, spec, control.spec(), owner);
            }
            opening = writesJournal
                    ? LaneOpener.attachedToWrite(spec, lane, dir, codec) : LaneOpener.attached(spec, lane, dir, codec, true);
            ClaimRepair.own(dir, opening, Set.of(owner));
            activity = control.activity(owner);
            activity.begin(System.currentTimeMillis());
            activity.beat("running", 0, System.currentTimeMillis());
            watch = new ClaimWatch(dir, List.of(opening), onError);
            ownership = taken;
            opened = opening; // last: what is there is used without another look, and so must be owned
            return opened;
        } finally {
            if (opened == null) {
                end(opening, taken::abandon);
            }
        }
    }

    /** The lock is the last to go: no successor may come to files that a thread of the lane still works on. */
    private static void end(Lane lane, Runnable unlock) {
        CompletableFuture<Void> closed = lane == null ? CompletableFuture.completedFuture(null) : lane.close();
        Team.await(closed.handle((done, error) -> null).thenRun(unlock), Deadline.in(Lifecycle.CLOSE_DEADLINE_MS));
    }

    /** What it tells of itself, once it is open. */
    synchronized Activity activity() {
        return activity;
    }

    /**
     * While it is open: tells that it lives, and repairs its lane where others died between claim and commit, since no role
     * need live that would. Not for the thread of who uses it: it takes locks.
     */
    synchronized void look() {
        if (watch != null) {
            activity.beat("running", 0, System.currentTimeMillis());
            watch.look();
        }
    }

    /** Idempotent: the endpoint may be another's by now. */
    synchronized void close() {
        if (watch != null) {
            watch = null;
            activity.beat("ended", 0, System.currentTimeMillis());
            end(opened, ownership::close);
        }
    }
}
