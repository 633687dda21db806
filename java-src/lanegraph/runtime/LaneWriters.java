package lanegraph.runtime;

import java.util.Map;
import java.util.function.Predicate;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.RoleSpec;

/** Who writes a lane, for what comes from outside into the middle of a graph. Thread-safe. */
final class LaneWriters {
    private final Assembly assembly;

    LaneWriters(Assembly assembly) {
        this.assembly = assembly;
    }

    /**
     * A role here that writes the lane: one that has it as tx, else, where no ingress has it, as dead letters; or null.
     *
     * @throws LaneGraphException {@code graph/unknown-lane}; {@code lane/no-writer}
     */
    RoleAgent role(String lane) {
        assembly.lane(lane); // throws if it is none
        String name = firstRole(role -> role.tx().contains(lane));
        if (name == null && ingress(lane) == null) {
            name = firstRole(role -> lane.equals(role.deadLetter()));
            if (name == null) {
                throw new LaneGraphException(Category.CONFLICT, "lane/no-writer",
                        "lane " + lane + ": nothing of graph " + assembly.spec.name()
                                + (assembly.part.isWhole() ? "" : " in this process") + " writes it; inject into a lane with a writer",
                        Map.of("lane", lane));
            }
        }
        return name == null ? null : assembly.roles.get(name);
    }

    private String firstRole(Predicate<RoleSpec> which) {
        return assembly.spec.roles().entrySet().stream()
                .filter(entry -> assembly.roles.containsKey(entry.getKey()) && which.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /** The first ingress endpoint on the lane, or null. */
    String ingress(String lane) {
        return assembly.spec.endpoints().entrySet().stream()
                .filter(entry -> assembly.ingress.containsKey(entry.getKey())
                        && entry.getValue().lane().lane().equals(lane))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
