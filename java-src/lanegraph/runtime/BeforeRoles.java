package lanegraph.runtime;

import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.Topology;
import lanegraph.graph.Validator;
import lanegraph.lane.Lane;
import lanegraph.region.Existing;
import lanegraph.region.Memory;
import lanegraph.region.Ownership;
import lanegraph.region.RoleFile;
import lanegraph.region.StartLock;

/** What is done in a directory before the processes of a graph are started, one for each role. */
final class BeforeRoles {
    private BeforeRoles() {}

    /** As {@link LaneGraph#prepareRoles} says. */
    static void prepare(GraphSpec spec, SpawnOptions options) {
        Validator.requireValid(spec);
        if (options.existing() == Existing.CONTINUE) {
            // Clients may be there already, and hold what they write: the lanes are made by the first role.
            Set<String> roles = spec.roles().keySet().stream().map(Topology::roleOwner).collect(Collectors.toSet());
            ClaimRepair.ownership(options.dir(), roles, Control.who(spec)).abandon();
        } else {
            makeLanes(spec, options);
        }
    }

    private static void makeLanes(GraphSpec spec, SpawnOptions options) {
        Topology topology = Topology.of(spec);
        // Of all at once: so no role or client is at work on a lane that goes.
        Ownership taken = ClaimRepair.ownership(options.dir(), Part.WHOLE.owners(spec, topology), Control.who(spec));
        SortedMap<String, Lane> lanes = new TreeMap<>();
        boolean made = false;
        StartLock start = StartLock.take(options.dir(), "start of graph " + spec.name());
        try {
            Control.check(options.dir(), spec, taken.owners());
            new LaneOpener(spec, Part.WHOLE, options, topology, Set.of(), false, Memory.DIRECT).open(lanes);
            Control.open(options.dir(), spec);
            if (options.existing() == Existing.REPLACE) {
                spec.roles().keySet().forEach(role -> RoleFile.remove(options.dir(), role));
            }
            made = true;
        } finally {
            start.close();
            end(lanes, made, taken);
        }
    }

    private static void end(SortedMap<String, Lane> lanes, boolean made, Ownership taken) {
        if (!made) {
            lanes.values().forEach(Lane::discard);
            taken.abandon();
            return;
        }
        CompletableFuture<?>[] closed = lanes.values().stream().map(Lane::close).toArray(CompletableFuture[]::new);
        Team.await(CompletableFuture.allOf(closed).handle((done, error) -> null), Deadline.in(Lifecycle.CLOSE_DEADLINE_MS));
        taken.close();
    }
}
