package bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import lanegraph.graph.GraphBuilder;
import lanegraph.graph.GraphSpec;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.runtime.GraphProbe;
import lanegraph.runtime.SpawnOptions;
import lanegraph.runtime.Tap;
import lanegraph.stage.FilterStage;
import lanegraph.stage.InspectStage;
import lanegraph.stage.MapOkStage;

/**
 * What a role costs a message, on one thread: it writes a batch into a lane, brings it into a second one, and reads it
 * there. It is brought by the loop of a role, or by the shortest loop over bare handles that does the same.
 */
public final class RoleCost implements AutoCloseable {
    private static final int SLOTS = 4096;
    private static final int BATCH = 256;
    private static final int BATCHES = 8_000;
    private static final int ROUNDS = 11;
    private static final long TENTH_NS = 100_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final List<String> KINDS = List.of("bridge", "stage", "filter", "inspect");

    private static final MapOkStage COPY = (in, out) -> {
        out.putBytes(0, in, 0, Payload.LENGTH);
        return Payload.LENGTH;
    };
    private static final FilterStage ALL = in -> in.getLong(0) != Long.MIN_VALUE;
    private static final InspectStage LOOK = in -> {};

    private final LaneTx tx;
    private final LaneRx rx;
    private final Runnable bring;
    private final AutoCloseable owner;
    private long sequence;

    private RoleCost(LaneTx tx, LaneRx rx, Runnable bring, AutoCloseable owner) {
        this.tx = tx;
        this.rx = rx;
        this.bring = bring;
        this.owner = owner;
    }

    /** By a role of this kind. */
    private static RoleCost byRole(String kind) {
        GraphBuilder graph = GraphSpec.builder("cost");
        graph.events("a", lane -> lane.slots(SLOTS).slotBytes(Payload.LENGTH));
        graph.events("b", lane -> lane.slots(SLOTS).slotBytes(Payload.LENGTH));
        graph.ingress("in", "a").egress("out", "b");
        if (kind.equals("bridge")) {
            graph.bridge("role", role -> role.from("a").to("b"));
        } else {
            graph.stage("role", ":" + kind, role -> role.from("a").to("b"));
        }
        GraphProbe probe = new GraphProbe(graph.build(), SpawnOptions.inMemory().stages(request -> switch (kind) {
            case "stage" -> COPY;
            case "filter" -> ALL;
            default -> LOOK;
        }));
        return new RoleCost(probe.writer("in"), probe.reader("out"), () -> probe.step("role"), probe);
    }

    /** By a loop over bare handles; with none of them where the kind is {@code none}. */
    private static RoleCost byHand(String kind) {
        Lane a = Lanes.ring("events", SLOTS, null);
        Lane b = Lanes.ring("events", SLOTS, null);
        LaneRx rx = a.rx("c0");
        LaneTx tx = b.tx("p0", false);
        return switch (kind) {
            case "none" -> new RoleCost(a.tx("p0", false), rx, () -> {}, () -> {});
            case "stage" -> new RoleCost(a.tx("p0", false), b.rx("c0"), () -> map(rx, tx), () -> {});
            default -> new RoleCost(a.tx("p0", false), b.rx("c0"), () -> forward(rx, tx), () -> {});
        };
    }

    private static void forward(LaneRx rx, LaneTx tx) {
        for (int i = 0; i < BATCH && rx.peek() && tx.forward(rx); i++) {
            rx.advance();
        }
        rx.release();
    }

    private static void map(LaneRx rx, LaneTx tx) {
        for (int i = 0; i < BATCH && rx.peek() && tx.room(); i++) {
            tx.commit(COPY.apply(rx.payload(), tx.claim()));
            rx.advance();
        }
        rx.release();
    }

    /**
     * Nanoseconds a message, in turns in this JVM: in a lane alone, by a loop over bare handles, by a role.
     *
     * @param mixed true if this JVM has had roles of all kinds, as a graph has
     * @return of each round the three, one after the other
     */
    public static double[] measure(String kind, boolean mixed) throws Exception {
        if (mixed) {
            for (int i = 0; i < 3; i++) {
                for (String other : KINDS) {
                    try (RoleCost cost = byRole(other)) {
                        cost.round();
                    }
                }
            }
        }
        try (RoleCost none = byHand("none"); RoleCost hand = byHand(kind); RoleCost role = byRole(kind)) {
            List<RoleCost> turns = List.of(none, hand, role);
            for (int warm = 0; warm < 3; warm++) {
                turns.forEach(RoleCost::round);
            }
            return IntStream.range(0, ROUNDS * turns.size()).mapToDouble(i -> turns.get(i % turns.size()).round()).toArray();
        }
    }

    /** What somebody does who looks at the graph, for about a tenth of a second. */
    private static Consumer<GraphProbe> watcher(String name) {
        return switch (name) {
            case "nothing" -> probe -> LockSupport.parkNanos(TENTH_NS);
            case "latency" -> probe -> probe.latency(100, sample -> {});
            case "tap" -> probe -> {
                try (Tap tap = probe.tap("a", 1000, value -> {})) {
                    LockSupport.parkNanos(TENTH_NS);
                }
            };
            default -> throw new IllegalArgumentException(name);
        };
    }

    /**
     * Nanoseconds a message, by turns without anybody who looks and with one, on another thread.
     *
     * @return of each round without, then with, and so on; one more without
     */
    public static double[] watched(String name, int rounds) throws Exception {
        Consumer<GraphProbe> watcher = watcher(name);
        try (RoleCost cost = byRole("bridge")) {
            Semaphore asked = new Semaphore(0);
            Semaphore done = new Semaphore(0);
            AtomicBoolean on = new AtomicBoolean();
            Thread thread = new Thread(() -> {
                while (true) {
                    asked.acquireUninterruptibly();
                    while (on.get()) {
                        watcher.accept((GraphProbe) cost.owner);
                    }
                    done.release();
                }
            });
            thread.setDaemon(true);
            thread.start();
            double[] found = new double[2 * rounds + 1];
            for (int i = -6; i < found.length; i++) {
                boolean with = i % 2 != 0;
                if (with) {
                    on.set(true);
                    asked.release();
                    cost.batches(BATCHES / 8);
                }
                double round = cost.round();
                if (with) {
                    on.set(false);
                    done.acquire();
                }
                if (i >= 0) {
                    found[i] = round;
                }
            }
            return found;
        }
    }

    /** By the time that the core gave to this thread, since others may want it too. */
    private double round() {
        long start = THREADS.getCurrentThreadCpuTime();
        batches(BATCHES);
        return (THREADS.getCurrentThreadCpuTime() - start) / ((double) BATCHES * BATCH);
    }

    private void batches(int count) {
        for (int batch = 0; batch < count; batch++) {
            write();
            bring.run();
            read();
        }
    }

    private void write() {
        for (int i = 0; i < BATCH; i++) {
            if (!tx.room()) {
                throw new IllegalStateException("a batch was not taken");
            }
            Payload.write(tx.claim(), 0, sequence + i);
            tx.commit(Payload.LENGTH);
        }
    }

    private void read() {
        long difference = 0;
        for (int i = 0; i < BATCH; i++) {
            if (!rx.peek()) {
                throw new IllegalStateException("a batch was not brought");
            }
            difference |= Payload.difference(rx.payload(), 0, sequence++);
            rx.advance();
        }
        rx.release();
        Payload.check(difference, sequence);
    }

    @Override
    public void close() throws Exception {
        owner.close();
    }
}
