package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.List;

/** Who writes each lane: one writer where the kind wants one, never more than there are cells. */
final class WriterRules {
    private static final int SHOWN = 5;

    private WriterRules() {
    }

    static void check(GraphSpec spec, Problems problems) {
        Topology topology = Topology.of(spec);
        spec.lanes().forEach((name, lane) -> {
            List<String> writers = topology.producers(name);
            boolean single = lane instanceof LaneSpec.Journal || lane instanceof LaneSpec.SequencedSlots;
            if (single && writers.size() > 1) {
                problems.error(Codes.TWO_WRITERS, List.of("lanes", name), writers,
                        "lane " + show(name) + " of kind " + lane.kind() + " has " + writers.size()
                                + " writers: " + shown(writers)
                                + "; expected: one; let them write an events lane, and bridge that to this");
            } else if (writers.size() > Limits.MAX_PRODUCERS) {
                problems.error(Codes.TOO_MANY_WRITERS, List.of("lanes", name), writers,
                        "lane " + show(name) + " has too many writers: writers=" + writers.size()
                                + "; expected: at most " + Limits.MAX_PRODUCERS
                                + "; merge some of them first");
            }
        });
    }

    /** The first owners of a list, for a message. */
    static String shown(List<String> owners) {
        List<String> first = owners.stream().limit(SHOWN).map(Problems::show).toList();
        return String.join(", ", first) + (owners.size() > SHOWN ? ", …" : "");
    }
}
