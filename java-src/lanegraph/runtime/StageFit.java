package lanegraph.runtime;

import java.util.Map;
import java.util.SortedMap;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.RoleSpec;
import lanegraph.lane.Lane;
import lanegraph.stage.SequenceAware;
import lanegraph.stage.StageRequest;
import lanegraph.stage.StatefulStage;
import lanegraph.stage.StatefulTransformStage;

/** Whether an object can take the place of a role's stage while the graph runs: its lanes stay what they are. */
final class StageFit {
    private final GraphSpec spec;
    private final SortedMap<String, Lane> lanes;
    private final SortedMap<String, RoleAgent> roles;

    /**
     * @param lanes by name
     * @param roles by name; may be filled later
     */
    StageFit(GraphSpec spec, SortedMap<String, Lane> lanes, SortedMap<String, RoleAgent> roles) {
        this.spec = spec;
        this.lanes = lanes;
        this.roles = roles;
    }

    /**
     * Throws if this object cannot be the stage of a role. Any thread.
     *
     * @throws LaneGraphException {@code lane/by-reference}; {@code stage/shared-state}; what {@link Stages#check} says
     */
    void check(String name, RoleSpec role, StageRequest request, Object next) {
        Stages.check(spec, role, request, next);
        boolean reads = lanes.get(role.rx().get(0).lane()).byReference();
        boolean writes = role instanceof RoleSpec.Stage && lanes.get(role.tx().get(0)).byReference();
        if (!Steps.isValueStage(next) && (reads || writes)) {
            throw new LaneGraphException(Category.CONFLICT, "lane/by-reference",
                    "role " + name + ": lane " + (reads ? role.rx().get(0).lane() : role.tx().get(0)) + " carries objects, and a "
                            + next.getClass().getName() + " works on bytes; expected a stage on values;"
                            + " spawn with wire = always to swap between both",
                    Map.of("role", name));
        }
        roles.forEach((other, agent) -> {
            if (!other.equals(name) && agent.stage() != null && agent.stage().object() == next && hasState(next)) {
                throw new LaneGraphException(Category.CONFLICT, "stage/shared-state",
                        "roles " + other + " and " + name + " would share one object with state; expected an object of its own"
                                + " for each; use a StageFactory or a class, which make one for each role",
                        Map.of("role", name));
            }
        });
    }

    /** True if the object is a stage that keeps something from one message to the next. */
    static boolean hasState(Object stage) {
        return stage instanceof StatefulStage || stage instanceof StatefulTransformStage || stage instanceof SequenceAware;
    }
}
