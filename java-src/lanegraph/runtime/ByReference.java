package lanegraph.runtime;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.LaneRef;
import lanegraph.graph.LaneSpec;
import lanegraph.graph.RoleSpec;
import lanegraph.stage.RouteStage;

/**
 * Which lanes carry objects instead of bytes: those in memory whose codec gives values (all but {@code
 * bytes}, whose arrays their owners may change), and whose stages and consumers all work on values. Bridges,
 * routers, merges and endpoints take either.
 */
final class ByReference {
    private ByReference() {}

    /** The names of these lanes; none when mapped, or when the options forbid it. */
    static Set<String> lanes(GraphSpec spec, Map<String, Object> stages, SpawnOptions options) {
        Set<String> lanes = new TreeSet<>();
        if (options.dir() != null || options.wireAlways()) {
            return lanes;
        }
        spec.lanes().forEach((name, lane) -> {
            if (lane instanceof LaneSpec.Ring && !lane.codec().equals("bytes")) {
                lanes.add(name);
            }
        });
        spec.roles().forEach((name, role) -> {
            if (role instanceof RoleSpec.Stage && !Steps.isValueStage(stages.get(name))) {
                role.rx().stream().map(LaneRef::lane).forEach(lanes::remove);
                lanes.removeAll(role.tx());
            }
            if (stages.get(name) instanceof RouteStage) { // it looks at bytes; its outputs may carry either
                role.rx().stream().map(LaneRef::lane).forEach(lanes::remove);
            }
        });
        options.consumers().forEach((endpoint, consumer) -> {
            if (!Steps.isValueStage(consumer)) {
                lanes.remove(spec.endpoints().get(endpoint).lane().lane());
            }
        });
        return lanes;
    }
}
