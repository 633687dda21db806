package lanegraph.runtime;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.LaneSpec;
import lanegraph.graph.Topology;
import lanegraph.region.Existing;

/**
 * What of a graph is in one process: all of it, or one role and nothing else.
 *
 * @param role null for all of it
 */
record Part(String role) {
    static final Part WHOLE = new Part(null);

    /**
     * Throws if the graph has no such part, or the options do not fit it.
     *
     * @throws LaneGraphException {@code graph/unknown-role}; {@code options/invalid}
     */
    void check(GraphSpec spec, SpawnOptions options) {
        if (isWhole()) {
            return;
        }
        if (!spec.roles().containsKey(role)) {
            throw unknownRole(spec, role, spec.roles().keySet());
        }
        if (options.dir() == null) {
            throw invalid("dir = none", "the directory in which the processes of the graph meet");
        }
        if (options.existing() != Existing.CONTINUE) {
            throw invalid("existing = " + options.existing(), "continue, for the other processes use the same lanes");
        }
        if (!options.consumers().isEmpty()) {
            throw invalid("consumers = " + options.consumers().keySet(), "none, for endpoints are not in the process of a role");
        }
    }

    private LaneGraphException invalid(String found, String expected) {
        return new LaneGraphException(Category.INCORRECT, "options/invalid",
                "one role in a process, role=" + role + ": found " + found + "; expected " + expected,
                Map.of("role", role));
    }

    static LaneGraphException unknownRole(GraphSpec spec, String role, Set<String> known) {
        return new LaneGraphException(Category.NOT_FOUND, "graph/unknown-role",
                "role " + role + ": graph " + spec.name() + " has none of this name; expected one of " + known,
                Map.of("role", String.valueOf(role)));
    }

    boolean isWhole() {
        return role == null;
    }

    boolean hasRole(String name) {
        return isWhole() || name.equals(role);
    }

    /** True if this owner, as {@link Topology} names it, is in the part. */
    boolean has(String owner) {
        String own = isWhole() ? "" : Topology.roleOwner(role);
        return isWhole() || owner.equals(own) || owner.startsWith(own + "/");
    }

    /** Whom a process must be to run the part: the names of its locks. */
    Set<String> owners(GraphSpec spec, Topology topology) {
        Set<String> owners = new TreeSet<>();
        spec.roles().keySet().stream().filter(this::hasRole).forEach(name -> owners.add(Topology.roleOwner(name)));
        if (isWhole()) {
            spec.endpoints().keySet().forEach(name -> owners.add(Topology.endpointOwner(name)));
        }
        spec.lanes().keySet().stream()
                .filter(lane -> spec.lanes().get(lane) instanceof LaneSpec.Journal && writes(topology, lane))
                .forEach(lane -> owners.add(LaneOpener.journalOwner(lane)));
        return owners;
    }

    /** True if something in the part writes the lane. */
    boolean writes(Topology topology, String lane) {
        return topology.producers(lane).stream().anyMatch(this::has);
    }
}
