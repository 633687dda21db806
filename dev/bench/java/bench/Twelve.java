package bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lanegraph.graph.GraphBuilder;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.RouterPolicy;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.runtime.GraphProbe;
import lanegraph.runtime.SpawnOptions;
import lanegraph.stage.FilterStage;
import lanegraph.stage.InspectStage;
import lanegraph.stage.MapOkStage;
import lanegraph.stage.MapStage;
import lanegraph.stage.SequenceAware;
import lanegraph.stage.StatefulTransformStage;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Twelve different roles, and what each costs a message: {@code Twelve ROUNDS BATCHES NAME…} for these roles in this JVM, each
 * in a graph of its own, in turns, on one thread. Prints a line for each round: {@code bridge=4.1 …}, nanoseconds a message.
 */
public final class Twelve {
    private static final int SLOTS = 4096;
    private static final int BATCH = 256;
    private static final int WARM_ROUNDS = 12;

    private final String name;
    private final GraphProbe graph;
    private final LaneTx tx;
    private final LaneRx rx;
    private long sequence;

    private Twelve(String name) {
        this.name = name;
        GraphBuilder builder = GraphSpec.builder(name);
        for (String lane : List.of("a", "b")) {
            builder.events(lane, options -> options.slots(SLOTS).slotBytes(Payload.LENGTH));
        }
        switch (name) {
            case "bridge" -> builder.bridge("role", role -> role.from("a").to("b"));
            case "router" -> builder.router("role", role -> role.from("a").to("b"));
            case "turns" -> builder.router("role", role -> role.from("a").to("b").policy(RouterPolicy.roundRobin()));
            case "merge" -> builder.merge("role", role -> role.from("a").to("b"));
            default -> builder.stage("role", ":" + name, role -> role.from("a").to("b"));
        }
        graph = new GraphProbe(builder.ingress("in", "a").egress("out", "b").build(),
                SpawnOptions.inMemory().stages(request -> stage(name)));
        tx = graph.writer("in");
        rx = graph.reader("out");
    }

    private static Object stage(String name) {
        return switch (name) {
            case "copy" -> (MapOkStage) (in, out) -> copy(in, out);
            case "stamp" -> (MapOkStage) (in, out) -> {
                int length = copy(in, out);
                out.putLong(8, in.getLong(0) + 1);
                return length;
            };
            case "swap" -> (MapOkStage) (in, out) -> {
                int length = copy(in, out);
                out.putLong(16, in.getLong(24));
                return length;
            };
            case "checked" -> (MapStage) (in, out) -> copy(in, out);
            case "filter" -> (FilterStage) in -> in.getLong(0) != Long.MIN_VALUE;
            case "inspect" -> (InspectStage) in -> { };
            case "last" -> new Last();
            case "numbered" -> new Numbered();
            default -> throw new IllegalArgumentException("no role of this name: " + name);
        };
    }

    private static int copy(DirectBuffer in, MutableDirectBuffer out) {
        for (int at = 0; at < Payload.LENGTH; at += 8) {
            out.putLong(at, in.getLong(at));
        }
        return Payload.LENGTH;
    }

    /** Forwards what is not what it saw last. */
    private static final class Last implements StatefulTransformStage {
        private long last = Long.MIN_VALUE;

        @Override
        public int apply(DirectBuffer in, MutableDirectBuffer scratch) {
            long word = in.getLong(0);
            boolean same = word == last;
            last = word;
            return same ? DROP : FORWARD_INPUT;
        }
    }

    /** Writes the sequence of the message into it. */
    private static final class Numbered implements MapOkStage, SequenceAware {
        private long sequence;

        @Override
        public void sequence(long sequence) {
            this.sequence = sequence;
        }

        @Override
        public int apply(DirectBuffer in, MutableDirectBuffer out) {
            int length = copy(in, out);
            out.putLong(56, sequence);
            return length;
        }
    }

    public static void main(String[] args) {
        int batches = Integer.parseInt(args[1]);
        List<Twelve> roles = new ArrayList<>();
        for (String name : List.of(args).subList(2, args.length)) {
            roles.add(new Twelve(name));
        }
        for (int round = 0; round < WARM_ROUNDS; round++) {
            roles.forEach(role -> role.round(batches));
        }
        for (int round = 0; round < Integer.parseInt(args[0]); round++) {
            StringBuilder line = new StringBuilder();
            roles.forEach(role -> line.append(String.format("%s=%.3f ", role.name, role.round(batches))));
            System.out.println(line);
        }
        roles.forEach(role -> role.graph.close());
    }

    /** Nanoseconds of the role alone, a message: the median of the batches, since something else may take the core. */
    private double round(int batches) {
        long[] nanos = new long[batches];
        for (int batch = 0; batch < batches; batch++) {
            for (int i = 0; i < BATCH && tx.room(); i++) {
                Payload.write(tx.claim(), 0, sequence + i);
                tx.commit(Payload.LENGTH);
            }
            long start = System.nanoTime();
            int moved = graph.step("role");
            nanos[batch] = System.nanoTime() - start;
            if (moved != BATCH) {
                throw new IllegalStateException("a role moved " + moved + " of " + BATCH + " messages");
            }
            read();
        }
        Arrays.sort(nanos);
        return nanos[batches / 2] / (double) BATCH;
    }

    private void read() {
        while (rx.peek()) {
            Payload.check(rx.payload().getLong(0) ^ Payload.word(sequence, 0), sequence++);
            rx.advance();
        }
        rx.release();
    }
}
