package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import lanegraph.graph.EndpointSpec;
import lanegraph.graph.RoleSpec;
import lanegraph.graph.Topology;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneTx;
import lanegraph.lane.Marks;

/**
 * Follows messages through a graph that runs. An ingress marks some of those that come in; whoever takes a marked message
 * notes when, and marks what it publishes because of it. So each sample of a reader is of a message that went all the
 * way to it. Made, asked and ended by one thread at a time; roles and endpoints go on meanwhile.
 */
final class Tracing {
    private static final int MAX_MARKS = 4096;

    /** One that reads lanes: a role, a consumer or an egress. */
    private record Reader(String owner, List<Marks> marks, Samples samples) {}

    private final Assembly assembly;
    private final AtomicLong missed = new AtomicLong();
    private final List<Reader> readers = new ArrayList<>();
    /** By lane: those of each reader. */
    private final SortedMap<String, List<Marks>> marks = new TreeMap<>();
    private final List<IngressMarker> markers = new ArrayList<>();

    /** From now on messages are marked. */
    Tracing(Assembly assembly) {
        this.assembly = assembly;
        SortedMap<String, RoleTrace> traces = new TreeMap<>();
        SortedMap<String, List<Marks>> before = new TreeMap<>();
        assembly.roles.forEach((name, role) -> {
            RoleTrace trace = new RoleTrace(name, missed);
            traces.put(name, trace);
            before.put(name, read(role.owner(), inputs(name, role), trace, trace.samples));
        });
        assembly.egress.forEach(this::trace);
        // A role's thread sees its trace once that is whole, and who reads is ready before anything is marked.
        assembly.roles.forEach((name, role) -> outputs(role, traces.get(name)));
        assembly.roles.forEach((name, role) -> {
            role.trace(traces.get(name));
            role.lanes().rx().marks(before.get(name));
        });
        assembly.ingress.forEach(this::mark);
    }

    private List<String> inputs(String name, RoleAgent role) {
        RoleSpec spec = assembly.spec.roles().get(name);
        return spec == null
                ? List.of(role.lanes().reads())
                : spec.rx().stream().map(from -> from.lane()).toList();
    }

    private void trace(String name, Egress egress) {
        if (!assembly.roles.containsKey(Topology.endpointOwner(name))) { // else it has a consumer
            Samples samples = new Samples(missed);
            EndpointSpec endpoint = assembly.spec.endpoints().get(name);
            Marks.Reader reader = (marks, mark) -> samples.add(marks, mark, System.nanoTime(), -1);
            List<Marks> before = read(Topology.endpointOwner(name), List.of(endpoint.lane().lane()), reader, samples);
            egress.each(rx -> rx.marks(before));
        }
    }

    private List<Marks> read(String owner, List<String> lanes, Marks.Reader reader, Samples samples) {
        List<Marks> before = new ArrayList<>();
        for (String lane : lanes) {
            Marks one = new Marks(lane, capacity(assembly.lanes.get(lane)), reader, missed);
            marks.computeIfAbsent(lane, key -> new ArrayList<>()).add(one);
            before.add(one);
        }
        readers.add(new Reader(owner, before, samples));
        return before;
    }

    /** No more messages can be before a reader than the lane holds. */
    private static int capacity(Lane lane) {
        return lane.capacity() == 0 ? MAX_MARKS : Math.min(MAX_MARKS, lane.capacity());
    }

    private void outputs(RoleAgent role, RoleTrace trace) {
        role.lanes().writers().forEach(tx -> trace.output(tx, readersOf(tx)));
    }

    private List<Marks> readersOf(LaneTx tx) {
        return marks.getOrDefault(tx.lane(), List.of());
    }

    private void mark(String name, Ingress ingress) {
        String lane = assembly.spec.endpoints().get(name).lane().lane();
        IngressMarker marker = new IngressMarker(Way.from(name), marks.getOrDefault(lane, List.of()));
        markers.add(marker);
        ingress.each(tx -> tx.markedBy(marker));
    }

    /** Hands over what was noted since the last call, and sees to it that neither too few nor too many are marked. */
    void look(Consumer<LatencySample> onSample) {
        markers.forEach(IngressMarker::look);
        for (Reader reader : readers) {
            reader.samples().take(sample -> onSample.accept(new LatencySample(sample.marks.lane(), reader.owner(), sample.weight,
                    sample.waited, sample.served, sample.age, sample.way.ingress(), sample.way.path())));
        }
    }

    /** What readers were not done with yet, without those that have nothing before them. */
    List<LatencyWaiting> waiting() {
        List<LatencyWaiting> waiting = new ArrayList<>();
        long now = System.nanoTime();
        for (Reader reader : readers) {
            for (Marks before : reader.marks()) {
                long[] found = {0, 0};
                before.look((committed, weight) -> {
                    found[0] += weight;
                    found[1] = Math.max(found[1], now - committed);
                });
                if (found[0] > 0) {
                    waiting.add(new LatencyWaiting(before.lane(), reader.owner(), found[0], found[1]));
                }
            }
        }
        return waiting;
    }

    /** Samples that were lost since there was no room to note them. */
    long missed() {
        return missed.get();
    }

    /** Ends it: handles look at nothing of this any more. */
    void end() {
        markers.forEach(IngressMarker::off); // those too that a handle gets which is opened at this instant
        assembly.ingress.values().forEach(ingress -> ingress.each(tx -> tx.markedBy(null)));
        assembly.egress.values().forEach(egress -> egress.each(rx -> rx.marks(null)));
        assembly.roles.values().forEach(role -> {
            role.lanes().writers().forEach(tx -> tx.markedBy(null));
            role.lanes().rx().marks(null);
            role.trace(null);
        });
    }
}
