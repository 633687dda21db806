package lanegraph.runtime;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
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
    private Activity activity;
    private Lane opened;

    Client(GraphSpec spec, Path dir, String name) {
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
     * @throws lanegraph.LaneGraphException {@code role/owned}; {@code lane/not-found}, {@code journal/not-found}; those of
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
        boolean done = false;
        try {
            Control control = Control.attach(dir, true);
            if (!control.spec().equals(spec)) {
                throw Control.otherGraph(dir, spec, control.spec(), owner);
            }
            opened = writesJournal
                    ? LaneOpener.attachedToWrite(spec, lane, dir, codec) : LaneOpener.attached(spec, lane, dir, codec, true);
            ClaimRepair.own(dir, opened, Set.of(owner));
            ownership = taken;
            activity = control.activity(owner);
            activity.begin(System.currentTimeMillis());
            activity.beat("running", 0, System.currentTimeMillis());
            done = true;
            return opened;
        } finally {
            if (!done) {
                taken.close();
            }
        }
    }

    synchronized void close() {
        if (opened != null) {
            opened.close();
            activity.beat("ended", 0, System.currentTimeMillis());
            ownership.close();
        }
    }
}
