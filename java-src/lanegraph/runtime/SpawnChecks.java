package lanegraph.runtime;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.EndpointSpec;
import lanegraph.graph.GraphSpec;

/**
 * What a valid graph and its options must bring along to run, beside its stages. Looked at before anything
 * starts.
 */
final class SpawnChecks {
    private SpawnChecks() {}

    /**
     * @throws LaneGraphException {@code graph/unknown-endpoint}; {@code
     *     graph/unknown-codec}
     */
    static void check(GraphSpec spec, SpawnOptions options) {
        checkConsumers(spec, options);
        checkCodecs(spec, options);
    }

    private static void checkConsumers(GraphSpec spec, SpawnOptions options) {
        options.consumers().keySet().forEach(name -> {
            EndpointSpec endpoint = spec.endpoints().get(name);
            if (endpoint == null || endpoint.kind() != EndpointSpec.Kind.EGRESS) {
                throw unknownEndpoint(spec, name, EndpointSpec.Kind.EGRESS);
            }
        });
    }

    private static void checkCodecs(GraphSpec spec, SpawnOptions options) {
        spec.lanes().forEach((name, lane) -> {
            if (options.codecNamed(lane.codec()) == null) {
                throw unknownCodec(name, lane.codec(), options);
            }
        });
    }

    /** For a lane whose codec nobody has brought. */
    static LaneGraphException unknownCodec(String lane, String codec, SpawnOptions options) {
        Set<String> known = new TreeSet<>(Set.of("bytes", "string", "long"));
        known.addAll(options.codecs().keySet());
        return new LaneGraphException(Category.NOT_FOUND, "graph/unknown-codec",
                "lane " + lane + ": codec " + codec + " is not known; expected one of " + known
                        + ", or a codec of that name among the options",
                Map.of("lane", lane, "codec", codec));
    }

    /** For a name that is no endpoint of this kind. */
    static LaneGraphException unknownEndpoint(GraphSpec spec, String name, EndpointSpec.Kind kind) {
        Set<String> known = new TreeSet<>();
        spec.endpoints().forEach((endpoint, of) -> {
            if (of.kind() == kind) {
                known.add(endpoint);
            }
        });
        return new LaneGraphException(Category.NOT_FOUND, "graph/unknown-endpoint",
                "endpoint " + name + ": graph " + spec.name() + " has no " + kind.key()
                        + " of this name; expected one of " + known,
                Map.of("endpoint", String.valueOf(name)));
    }
}
