package lanegraph.graph;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

import lanegraph.LaneGraphException;

/**
 * Builds a {@link GraphSpec}; belongs to one thread. Values are not judged here: {@link Validator} does that,
 * all at once. Only what cannot be a spec at all is refused, with {@link LaneGraphException}: a name used
 * twice in one section ({@code graph/duplicate-name}) and a role without the lanes that its kind needs
 * ({@code graph/incomplete}).
 *
 * <pre>{@code
 * GraphSpec spec = GraphSpec.builder("weather")
 *     .events("lines", lane -> lane.slots(1024).codec("string"))
 *     .events("obs", lane -> lane.codec("edn"))
 *     .stage("parse", "com.acme.Parse", role -> role.from("lines").to("obs").onError(OnError.skip()))
 *     .ingress("in", "lines")
 *     .egress("out", "obs")
 *     .build();
 * }</pre>
 */
public final class GraphBuilder {
    private final String name;
    private OnFull onFull = Defaults.ON_FULL;
    private Idle idle = Defaults.IDLE;
    private boolean allowCycles = Defaults.ALLOW_CYCLES;
    private final SortedMap<String, LaneSpec> lanes = new TreeMap<>();
    private final SortedMap<String, RoleSpec> roles = new TreeMap<>();
    private final SortedMap<String, EndpointSpec> endpoints = new TreeMap<>();

    GraphBuilder(String name) {
        this.name = name;
    }

    /** What lanes do when they are full, unless they say it themselves. */
    public GraphBuilder onFull(OnFull onFull) {
        this.onFull = onFull;
        return this;
    }

    /** How roles idle, unless they say it themselves. */
    public GraphBuilder idle(Idle idle) {
        this.idle = idle;
        return this;
    }

    /** Whether a cycle in which every lane blocks is allowed. */
    public GraphBuilder allowCycles(boolean allowCycles) {
        this.allowCycles = allowCycles;
        return this;
    }

    /** Adds a lane as it is. */
    public GraphBuilder lane(String name, LaneSpec lane) {
        return add("lanes", lanes, name, lane);
    }

    /** Adds a role as it is. */
    public GraphBuilder role(String name, RoleSpec role) {
        return add("roles", roles, name, role);
    }

    /** Adds an endpoint as it is. */
    public GraphBuilder endpoint(String name, EndpointSpec endpoint) {
        return add("endpoints", endpoints, name, endpoint);
    }

    /** Adds an events lane with default options. */
    public GraphBuilder events(String name) {
        return events(name, lane -> { });
    }

    /** Adds an events lane. */
    public GraphBuilder events(String name, Consumer<LaneOptions> options) {
        LaneOptions o = set(new LaneOptions(), options);
        return lane(name, new LaneSpec.Events(o.slots, o.slotBytes, o.codec, o.onFull, o.retain));
    }

    /** Adds a fanout with so many consumers and default options. */
    public GraphBuilder fanoutBroadcast(String name, int consumers) {
        return fanoutBroadcast(name, consumers, lane -> { });
    }

    /** Adds a fanout with so many consumers. */
    public GraphBuilder fanoutBroadcast(String name, int consumers, Consumer<LaneOptions> options) {
        LaneOptions o = set(new LaneOptions(), options);
        return lane(name,
                new LaneSpec.FanoutBroadcast(consumers, o.slots, o.slotBytes, o.codec, o.onFull, o.retain));
    }

    /** Adds a lane of sequenced slots with so many gating readers and default options. */
    public GraphBuilder sequencedSlots(String name, int gating) {
        return sequencedSlots(name, gating, lane -> { });
    }

    /** Adds a lane of sequenced slots with so many gating readers. */
    public GraphBuilder sequencedSlots(String name, int gating, Consumer<LaneOptions> options) {
        LaneOptions o = set(new LaneOptions(), options);
        return lane(name,
                new LaneSpec.SequencedSlots(gating, o.slots, o.slotBytes, o.codec, o.onFull, o.retain));
    }

    /** Adds a journal with default options. */
    public GraphBuilder journal(String name) {
        return journal(name, lane -> { });
    }

    /** Adds a journal. */
    public GraphBuilder journal(String name, Consumer<JournalOptions> options) {
        JournalOptions o = set(new JournalOptions(), options);
        return lane(name, new LaneSpec.Journal(o.segmentBytes, o.retainBytes, o.retainMillis, o.sync, o.codec,
                o.onFull));
    }

    /** Adds a stage role that runs the stage of that key. */
    public GraphBuilder stage(String name, String stage, Consumer<RoleOptions.OfStage> options) {
        RoleOptions.OfStage o = set(new RoleOptions.OfStage(), options);
        return role(name, new RoleSpec.Stage(stage, o.as, o.args, o.sequence, one(name, "from", o.from),
                one(name, "to", o.to), o.onError, o.idle, o.thread, o.start, o.recovery));
    }

    /** Adds a bridge. */
    public GraphBuilder bridge(String name, Consumer<RoleOptions.Plain> options) {
        RoleOptions.Plain o = set(new RoleOptions.Plain(), options);
        return role(name, new RoleSpec.Bridge(one(name, "from", o.from), one(name, "to", o.to), o.onError,
                o.idle, o.thread, o.start));
    }

    /** Adds a router. */
    public GraphBuilder router(String name, Consumer<RoleOptions.OfRouter> options) {
        RoleOptions.OfRouter o = set(new RoleOptions.OfRouter(), options);
        return role(name, new RoleSpec.Router(one(name, "from", o.from), o.to, o.policy, o.onError, o.idle,
                o.thread, o.start));
    }

    /** Adds a merge. */
    public GraphBuilder merge(String name, Consumer<RoleOptions.OfMerge> options) {
        RoleOptions.OfMerge o = set(new RoleOptions.OfMerge(), options);
        return role(name, new RoleSpec.Merge(o.from, one(name, "to", o.to), o.policy, o.onError, o.idle,
                o.thread, o.start));
    }

    /** Adds an endpoint through which code outside writes the lane. */
    public GraphBuilder ingress(String name, String lane) {
        return endpoint(name, new EndpointSpec(EndpointSpec.Kind.INGRESS, LaneRef.of(lane), null));
    }

    /** Adds an endpoint through which code outside reads the lane. */
    public GraphBuilder egress(String name, String lane) {
        return endpoint(name, new EndpointSpec(EndpointSpec.Kind.EGRESS, LaneRef.of(lane), null));
    }

    /** Adds an endpoint through which code outside reads one consumer of the lane. */
    public GraphBuilder egress(String name, String lane, int consumer) {
        return endpoint(name, new EndpointSpec(EndpointSpec.Kind.EGRESS, LaneRef.of(lane, consumer), null));
    }

    /**
     * Adds an endpoint through which code outside reads a journal, from {@code start}, {@code tail} or a position on, if the
     * journal keeps none of it yet.
     */
    public GraphBuilder egress(String name, String journal, String start) {
        return endpoint(name, new EndpointSpec(EndpointSpec.Kind.EGRESS, LaneRef.of(journal), start));
    }

    /** The spec as it stands; not validated. The builder may be used further. */
    public GraphSpec build() {
        return new GraphSpec(name, onFull, idle, allowCycles, lanes, roles, endpoints);
    }

    private static <O> O set(O options, Consumer<? super O> setter) {
        setter.accept(options);
        return options;
    }

    private <V> GraphBuilder add(String section, Map<String, V> map, String name, V value) {
        if (map.putIfAbsent(name, value) != null) {
            throw new LaneGraphException(LaneGraphException.Category.INCORRECT, Codes.DUPLICATE_NAME,
                    section + " has that name already: name=" + name
                            + "; expected: names that differ; choose another",
                    Map.of("section", section, "name", name), null);
        }
        return this;
    }

    private static <T> T one(String role, String what, List<T> found) {
        if (found.size() != 1) {
            throw new LaneGraphException(LaneGraphException.Category.INCORRECT, Codes.INCOMPLETE,
                    "role " + role + ": found " + what + "=" + found + "; expected: one lane; call " + what
                            + "(lane) once",
                    Map.of("role", role, "option", what, "found", List.copyOf(found)), null);
        }
        return found.get(0);
    }
}
