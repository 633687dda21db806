package bench;

import lanegraph.graph.GraphBuilder;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.Idle;
import lanegraph.runtime.LaneGraph;
import lanegraph.runtime.SpawnOptions;

/** Graphs of a role that runs as it does for everybody; ingress endpoints p0 …, one a producer, egress c0 …, one a consumer. */
final class Graphs {
    private final GraphBuilder graph = GraphSpec.builder("bench");
    private final int slots;

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
        graph.events(name, lane -> lane.slots(slots).slotBytes(Payload.LENGTH));
    }

    private LaneGraph spawn() {
        return LaneGraph.spawn(graph.build(), Sides.YIELD ? SpawnOptions.inMemory().idle(Idle.YIELD) : SpawnOptions.inMemory());
    }
}
