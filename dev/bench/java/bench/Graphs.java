package bench;

import lanegraph.graph.GraphBuilder;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.Idle;
import lanegraph.lane.Codec;
import lanegraph.runtime.LaneGraph;
import lanegraph.runtime.SpawnOptions;
import lanegraph.runtime.Threads;
import lanegraph.stage.MapOkStage;
import lanegraph.stage.ValueStage;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Graphs of a role that runs as it does for everybody; ingress endpoints p0 …, one a producer, egress c0 …, one a consumer. */
final class Graphs {
    private final GraphBuilder graph = GraphSpec.builder("bench");
    private SpawnOptions options = SpawnOptions.inMemory()
            .stages(request -> (MapOkStage) Graphs::transform)
            .threads(Sides.SHARED ? Threads.SHARED : Threads.DEDICATED);
    private final int slots;
    private String codec = "bytes";

    private Graphs(int slots) {
        this.slots = slots;
    }

    /** One lane whose messages a router sends into one lane for each consumer. */
    static LaneGraph router(int slots) {
        return new Graphs(slots).router();
    }

    /** One lane for each producer, which a merge brings into one. */
    static LaneGraph merge(int slots) {
        return new Graphs(slots).merge();
    }

    /** Stages one after the other that change every word. */
    static LaneGraph chain(int slots) {
        return new Graphs(slots).chain();
    }

    private LaneGraph chain() {
        lane("lane0");
        graph.ingress("p0", "lane0").egress("c0", "lane" + Sides.ROLES);
        for (int i = 0; i < Sides.ROLES; i++) {
            String from = "lane" + i;
            String to = "lane" + (i + 1);
            lane(to);
            graph.stage(String.format("stage%02d", i), ":transform", role -> role.from(from).to(to));
        }
        return spawn();
    }

    /** Value stages one after the other, between lanes by reference. */
    static LaneGraph values(int slots, ValueStage stage) {
        Graphs graphs = new Graphs(slots);
        graphs.codec = "reference";
        graphs.options = graphs.options.stages(request -> stage).codec("reference", new NoCodec());
        return graphs.chain();
    }

    /** For lanes that carry references alone. */
    private static final class NoCodec implements Codec {
        @Override
        public int encode(Object value, MutableDirectBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object decode(DirectBuffer source) {
            throw new UnsupportedOperationException();
        }
    }

    private static int transform(DirectBuffer in, MutableDirectBuffer out) {
        Payload.transform(in, 0, out, 0);
        return Payload.LENGTH;
    }

    private LaneGraph router() {
        graph.fanoutBroadcast("both", Sides.CONSUMERS, lane -> lane.slots(slots).slotBytes(Payload.LENGTH));
        graph.ingress("p0", "both");
        graph.router("split", role -> {
            role.from("both");
            for (int i = 0; i < Sides.CONSUMERS; i++) {
                lane("lane" + i);
                role.to("lane" + i);
                graph.egress("c" + i, "lane" + i);
            }
        });
        return spawn();
    }

    private LaneGraph merge() {
        lane("out");
        graph.egress("c0", "out");
        graph.merge("join", role -> {
            role.to("out");
            for (int i = 0; i < Sides.PRODUCERS; i++) {
                lane("lane" + i);
                role.from("lane" + i);
                graph.ingress("p" + i, "lane" + i);
            }
        });
        return spawn();
    }

    private void lane(String name) {
        graph.events(name, lane -> lane.slots(slots).slotBytes(Payload.LENGTH).codec(codec));
    }

    private LaneGraph spawn() {
        return LaneGraph.spawn(graph.build(), Sides.YIELD ? options.idle(Idle.YIELD) : options);
    }
}
