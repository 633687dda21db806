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

/**
 * How a graph is spawned. Immutable: every method returns a changed copy.
 *
 * @param dir where mapped lanes live; null for memory of this process
 * @param existing what happens with lanes that are there already
 * @param threads how roles are spread over threads
 * @param idle overrides the graph's idle strategy, not a role's own; null to leave it
 * @param wireAlways true to forbid lanes by reference, so that every message takes its codec
 * @param stages finds the stages
 * @param codecs by name, beside {@code bytes}, {@code string} and {@code long}
 * @param consumers by egress endpoint: a {@link ValueInspect} or {@link InspectStage}, called with every message on a thread of its own
 * @param threadInit called first on every role's thread
 * @param onEvent told what happens, on a thread of the library
 * @param onFailure told why the graph failed, on a thread of the library
 */
public record SpawnOptions(
        Path dir,
        Existing existing,
        Threads threads,
        Idle idle,
        boolean wireAlways,
        StageResolver stages,
        Map<String, Codec> codecs,
        Map<String, Object> consumers,
        ThreadInit threadInit,
        Consumer<GraphEvent> onEvent,
        Consumer<LaneGraphException> onFailure) {

    public SpawnOptions {
        codecs = Map.copyOf(codecs);
        consumers = Map.copyOf(consumers);
    }

    /** Lanes in memory of this process; stages by the names of their classes. */
    public static SpawnOptions inMemory() {
        return mapped(null);
    }

    /** Lanes in files of this directory, which is made if it is missing; stages by the names of their classes. */
    public static SpawnOptions mapped(Path dir) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return new SpawnOptions(dir, Existing.CONTINUE, Threads.DEDICATED, null, false,
                new ClassNames(loader == null ? SpawnOptions.class.getClassLoader() : loader),
                Map.of(), Map.of(), (role, kind) -> {}, event -> {}, failure -> {});
    }

    public SpawnOptions existing(Existing value) {
        return new SpawnOptions(dir, value, threads, idle, wireAlways, stages, codecs, consumers, threadInit, onEvent, onFailure);
    }

    public SpawnOptions threads(Threads value) {
        return new SpawnOptions(dir, existing, value, idle, wireAlways, stages, codecs, consumers, threadInit, onEvent, onFailure);
    }

    public SpawnOptions idle(Idle value) {
        return new SpawnOptions(dir, existing, threads, value, wireAlways, stages, codecs, consumers, threadInit, onEvent, onFailure);
    }

    public SpawnOptions wireAlways(boolean value) {
        return new SpawnOptions(dir, existing, threads, idle, value, stages, codecs, consumers, threadInit, onEvent, onFailure);
    }

    public SpawnOptions stages(StageResolver value) {
        return new SpawnOptions(dir, existing, threads, idle, wireAlways, value, codecs, consumers, threadInit, onEvent, onFailure);
    }

    /** Adds a codec, or replaces the one of this name. */
    public SpawnOptions codec(String name, Codec codec) {
        return new SpawnOptions(dir, existing, threads, idle, wireAlways, stages, with(codecs, name, codec), consumers,
                threadInit, onEvent, onFailure);
    }

    /** Adds a consumer of values to an egress endpoint. */
    public SpawnOptions consumer(String egress, ValueInspect consumer) {
        return withConsumer(egress, consumer);
    }

    /** Adds a consumer of bytes, in place, to an egress endpoint. */
    public SpawnOptions rawConsumer(String egress, InspectStage consumer) {
        return withConsumer(egress, consumer);
    }

    private SpawnOptions withConsumer(String egress, Object consumer) {
        return new SpawnOptions(dir, existing, threads, idle, wireAlways, stages, codecs, with(consumers, egress, consumer),
                threadInit, onEvent, onFailure);
    }

    public SpawnOptions threadInit(ThreadInit value) {
        return new SpawnOptions(dir, existing, threads, idle, wireAlways, stages, codecs, consumers, value, onEvent, onFailure);
    }

    public SpawnOptions onEvent(Consumer<GraphEvent> value) {
        return new SpawnOptions(dir, existing, threads, idle, wireAlways, stages, codecs, consumers, threadInit, value, onFailure);
    }

    public SpawnOptions onFailure(Consumer<LaneGraphException> value) {
        return new SpawnOptions(dir, existing, threads, idle, wireAlways, stages, codecs, consumers, threadInit, onEvent, value);
    }

    /** The codec of this name, or null. */
    Codec codecNamed(String name) {
        Codec codec = codecs.get(name);
        return codec == null ? Codecs.named(name) : codec;
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> copy = new HashMap<>(map);
        copy.put(key, value);
        return copy;
    }
}
