package lanegraph.graph;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A whole graph: named lanes, roles that move messages between them, endpoints for code outside.
 *
 * <p>May hold invalid values, which {@link Validator} reports; a null where none is allowed is a programming
 * error and throws {@link NullPointerException}.
 *
 * @param name        the graph's name
 * @param onFull      what lanes do when they are full, unless they say it themselves
 * @param idle        how roles idle, unless they say it themselves
 * @param allowCycles whether a cycle in which every lane blocks is allowed
 * @param lanes       the lanes by name
 * @param roles       the roles by name
 * @param endpoints   the endpoints by name
 */
public record GraphSpec(String name, OnFull onFull, Idle idle, boolean allowCycles,
        SortedMap<String, LaneSpec> lanes, SortedMap<String, RoleSpec> roles,
        SortedMap<String, EndpointSpec> endpoints) {
    public GraphSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(onFull, "onFull");
        Objects.requireNonNull(idle, "idle");
        lanes = copy("lanes", lanes);
        roles = copy("roles", roles);
        endpoints = copy("endpoints", endpoints);
    }

    /** A builder for a graph of that name. */
    public static GraphBuilder builder(String name) {
        return new GraphBuilder(name);
    }

    /**
     * What the lane does when it is full: its own word, or else the graph's.
     *
     * @throws IllegalArgumentException when the graph has no such lane
     */
    public OnFull onFull(String lane) {
        LaneSpec spec = lanes.get(lane);
        if (spec == null) {
            throw new IllegalArgumentException("no such lane: lane=" + lane + " lanes=" + lanes.keySet());
        }
        return spec.onFull() == null ? onFull : spec.onFull();
    }

    /** The graph of a canonical text; see {@link CanonicalText#parse}. */
    public static GraphSpec parse(String canonical) {
        return CanonicalText.parse(canonical);
    }

    /** The graph's canonical text; see {@link CanonicalText#write}. */
    public String canonical() {
        return CanonicalText.write(this);
    }

    /** The SHA-256 of the canonical text; see {@link CanonicalText#hash}. */
    public String hash() {
        return CanonicalText.hash(this);
    }

    private static <V> SortedMap<String, V> copy(String what, Map<String, V> map) {
        SortedMap<String, V> copy = new TreeMap<>();
        map.forEach((key, value) ->
                copy.put(Objects.requireNonNull(key, what), Objects.requireNonNull(value, what)));
        return Collections.unmodifiableSortedMap(copy);
    }
}
