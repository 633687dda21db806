package lanegraph.runtime;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.GraphSpec;
import lanegraph.lane.Codec;
import lanegraph.region.Memory;

/**
 * Runs a whole graph in the calling thread, without files: each role in turn, in the order of their names,
 * until nothing moves. The same roles and lanes as in {@link LaneGraph}, and the same result every time.
 */
public final class Simulation {
    private final Assembly assembly;
    private final SortedMap<String, Iterator<?>> inputs = new TreeMap<>();
    private final SortedMap<String, List<Object>> outputs = new TreeMap<>();

    private Simulation(GraphSpec spec, SpawnOptions options, Map<String, ? extends Iterable<?>> inputs) {
        this.assembly = new Assembly(spec, Part.WHOLE, options, () -> true, false, Memory.DIRECT);
        assembly.egress.keySet().forEach(name -> outputs.put(name, new ArrayList<>()));
        inputs.forEach((name, values) -> this.inputs.put(name, values.iterator()));
    }

    /**
     * Feeds the inputs, as fast as there is room, and collects what comes out.
     *
     * @param options its directory, threads, consumers and listeners are not used
     * @param inputs values by ingress endpoint
     * @return the values by egress endpoint, each in order
     * @throws LaneGraphException as {@link LaneGraph#spawn} and {@link LaneGraph#offer}; {@code role/failed};
     *     {@code graph/stuck} if messages are left that no role can move
     */
    public static SortedMap<String, List<Object>> run(
            GraphSpec spec, SpawnOptions options, Map<String, ? extends Iterable<?>> inputs) {
        SpawnOptions inMemory = SpawnOptions.inMemory().wireAlways(options.wireAlways()).stages(options.stages());
        for (Map.Entry<String, Codec> codec : options.codecs().entrySet()) {
            inMemory = inMemory.codec(codec.getKey(), codec.getValue());
        }
        return new Simulation(spec, inMemory, inputs).run();
    }

    private SortedMap<String, List<Object>> run() {
        Throwable failure = null;
        try {
            inputs.keySet().forEach(assembly::ingress); // throws if it is none
            while (feed() | step() | collect()) {
                Deadline.checkInterrupt("simulation of graph " + assembly.spec.name());
            }
            checkEmpty();
            return outputs;
        } catch (Throwable error) {
            failure = error;
            throw error;
        } finally {
            closeRoles(failure);
        }
    }

    /** Feeds while there is room, under drop too: what the source would lose is no part of the simulation. */
    private boolean feed() {
        boolean moved = false;
        for (Map.Entry<String, Iterator<?>> input : inputs.entrySet()) {
            Ingress ingress = assembly.ingress(input.getKey());
            while (input.getValue().hasNext() && ingress.room()) {
                ingress.offer(input.getValue().next(), 0);
                moved = true;
            }
        }
        return moved;
    }

    private boolean step() {
        int work = 0;
        for (RoleAgent role : assembly.roles.values()) {
            work += role.doWork();
        }
        return work > 0;
    }

    private boolean collect() {
        boolean moved = false;
        for (Map.Entry<String, Egress> egress : assembly.egress.entrySet()) {
            moved |= outputs.get(egress.getKey()).addAll(egress.getValue().take(Integer.MAX_VALUE, 0));
        }
        return moved;
    }

    private void checkEmpty() {
        SortedMap<String, Integer> remaining = assembly.standing.remaining();
        List<String> waiting = inputs.entrySet().stream()
                .filter(input -> input.getValue().hasNext())
                .map(Map.Entry::getKey)
                .toList();
        if (!remaining.isEmpty() || !waiting.isEmpty()) {
            throw new LaneGraphException(Category.CONFLICT, "graph/stuck",
                    "graph " + assembly.spec.name() + ": nothing moves, yet messages are left: remaining=" + remaining
                            + " waiting-inputs=" + waiting + "; a lane that nobody reads is full, or a cycle is",
                    Map.of("remaining", remaining, "waiting-inputs", waiting));
        }
    }

    /** Closes each of them; what goes wrong is added to the failure, or is one. */
    private void closeRoles(Throwable failure) {
        RuntimeException first = null;
        for (RoleAgent role : assembly.roles.values()) {
            try {
                role.onClose();
            } catch (RuntimeException ex) {
                if (failure != null) {
                    failure.addSuppressed(ex);
                } else if (first != null) {
                    first.addSuppressed(ex);
                } else {
                    first = ex;
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
