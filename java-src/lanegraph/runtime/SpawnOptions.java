package lanegraph.runtime;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import lanegraph.LaneGraphException;
import lanegraph.graph.Idle;
import lanegraph.lane.Codec;
import lanegraph.lane.Codecs;
import lanegraph.region.Existing;
import lanegraph.stage.ClassNames;
import lanegraph.stage.InspectStage;
import lanegraph.stage.StageResolver;
import lanegraph.stage.ValueInspect;

/** How a graph is spawned. Immutable: a method that sets an option returns a changed copy. */
public final class SpawnOptions {
    private final Path dir;
    private Existing existing = Existing.CONTINUE;
    private Threads threads = Threads.DEDICATED;
    private Idle idle;
    private boolean wireAlways;
    private boolean dev;
    private StageResolver stages;
    private ThreadInit threadInit = (role, kind) -> {};
    private Consumer<GraphEvent> onEvent = event -> {};
    private Consumer<LaneGraphException> onFailure = failure -> {};
    private Map<String, Codec> codecs = Map.of();
    private Map<String, Object> consumers = Map.of();

    private SpawnOptions(Path dir) {
        this.dir = dir;
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        this.stages = new ClassNames(loader == null ? SpawnOptions.class.getClassLoader() : loader);
    }

    /** Lanes in memory of this process. */
    public static SpawnOptions inMemory() {
        return new SpawnOptions(null);
    }

    /** Lanes in files of this directory, which is made if it is missing. */
    public static SpawnOptions mapped(Path dir) {
        return new SpawnOptions(dir);
    }

    private SpawnOptions with(Consumer<SpawnOptions> change) {
        SpawnOptions copy = new SpawnOptions(dir);
        copy.existing = existing;
        copy.threads = threads;
        copy.idle = idle;
        copy.wireAlways = wireAlways;
        copy.dev = dev;
        copy.stages = stages;
        copy.threadInit = threadInit;
        copy.onEvent = onEvent;
        copy.onFailure = onFailure;
        copy.codecs = codecs;
        copy.consumers = consumers;
        change.accept(copy);
        return copy;
    }

    /** Where mapped lanes live; null for memory of this process. */
    public Path dir() {
        return dir;
    }

    /** What happens with lanes that are there already. */
    public SpawnOptions existing(Existing value) {
        return with(copy -> copy.existing = value);
    }

    Existing existing() {
        return existing;
    }

    /** How roles are spread over threads. */
    public SpawnOptions threads(Threads value) {
        return with(copy -> copy.threads = value);
    }

    Threads threads() {
        return threads;
    }

    /** Overrides the graph's idle strategy, not a role's own. */
    public SpawnOptions idle(Idle value) {
        return with(copy -> copy.idle = value);
    }

    Idle idle() {
        return idle;
    }

    /** True forbids lanes by reference, so that every message takes its codec. */
    public SpawnOptions wireAlways(boolean value) {
        return with(copy -> copy.wireAlways = value);
    }

    boolean wireAlways() {
        return wireAlways;
    }

    /**
     * True: a message whose stage throws stays where it is, whatever {@code on-error} says, and its role is parked until the
     * message is retried or skipped, see {@link RoleControl#retry}.
     */
    public SpawnOptions dev(boolean value) {
        return with(copy -> copy.dev = value);
    }

    boolean dev() {
        return dev;
    }

    /** Finds the stages; by default by the names of their classes. */
    public SpawnOptions stages(StageResolver value) {
        return with(copy -> copy.stages = value);
    }

    StageResolver stages() {
        return stages;
    }

    /** Called first on every role's thread; the spawn waits for it. */
    public SpawnOptions threadInit(ThreadInit value) {
        return with(copy -> copy.threadInit = value);
    }

    ThreadInit threadInit() {
        return threadInit;
    }

    /** Told what happens, on a thread of the library. */
    public SpawnOptions onEvent(Consumer<GraphEvent> value) {
        return with(copy -> copy.onEvent = value);
    }

    Consumer<GraphEvent> onEvent() {
        return onEvent;
    }

    /** Told why the graph failed, on a thread of the library. */
    public SpawnOptions onFailure(Consumer<LaneGraphException> value) {
        return with(copy -> copy.onFailure = value);
    }

    Consumer<LaneGraphException> onFailure() {
        return onFailure;
    }

    /** Adds a codec, or replaces the one of this name. */
    public SpawnOptions codec(String name, Codec codec) {
        return with(copy -> copy.codecs = with(codecs, name, codec));
    }

    Map<String, Codec> codecs() {
        return codecs;
    }

    /** The codec of this name, or null. */
    Codec codecNamed(String name) {
        Codec codec = codecs.get(name);
        return codec == null ? Codecs.named(name) : codec;
    }

    /** Calls this with every value that reaches an egress endpoint, on a thread of its own. */
    public SpawnOptions consumer(String egress, ValueInspect consumer) {
        return withConsumer(egress, consumer);
    }

    /**
     * Calls this with the bytes, in place, of every message that reaches an egress endpoint, on a thread of
     * its own.
     */
    public SpawnOptions rawConsumer(String egress, InspectStage consumer) {
        return withConsumer(egress, consumer);
    }

    private SpawnOptions withConsumer(String egress, Object consumer) {
        return with(copy -> copy.consumers = with(consumers, egress, consumer));
    }

    /** By egress endpoint: a {@link ValueInspect} or an {@link InspectStage}. */
    Map<String, Object> consumers() {
        return consumers;
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> copy = new HashMap<>(map);
        copy.put(key, value);
        return Map.copyOf(copy);
    }
}
