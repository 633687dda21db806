package example;

import lanegraph.graph.GraphSpec;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.runtime.LaneGraph;
import lanegraph.runtime.SpawnOptions;
import lanegraph.runtime.StopMode;
import lanegraph.runtime.StopResult;
import lanegraph.stage.MapStage;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The Java API from end to end, without Clojure: words go in, their lengths come out. Prints {@code ok <words> <letters>}. */
public final class WordLengths {
    private static final int WORDS = 10_000;

    private WordLengths() {}

    /** A stage by the name of its class: writes the length of the word as an int. */
    public static final class Length implements MapStage {
        @Override
        public int apply(DirectBuffer in, MutableDirectBuffer out) {
            if (in.capacity() == 0) {
                throw new IllegalArgumentException("an empty word");
            }
            out.putInt(0, in.capacity());
            return Integer.BYTES;
        }
    }

    public static void main(String[] args) throws Exception {
        GraphSpec spec = GraphSpec.builder("words")
                .events("words", lane -> lane.slots(1024).slotBytes(64))
                .events("lengths", lane -> lane.slots(1024).slotBytes(8))
                .stage("measure", Length.class.getName(), role -> role.from("words").to("lengths"))
                .ingress("in", "words")
                .egress("out", "lengths")
                .build();

        long expected = 0;
        long letters = 0;
        try (LaneGraph graph = LaneGraph.spawn(spec, SpawnOptions.inMemory())) {
            LaneTx in = graph.writer("in");
            LaneRx out = graph.reader("out");
            UnsafeBuffer word = new UnsafeBuffer(new byte[64]);
            int written = 0;
            int read = 0;
            while (read < WORDS) {
                if (written < WORDS) {
                    int length = word.putStringWithoutLengthUtf8(0, "word-" + written);
                    if (in.offer(word, 0, length)) {
                        written++;
                        expected += length;
                    }
                }
                while (out.peek()) {
                    letters += out.payload().getInt(0);
                    out.advance();
                    read++;
                }
                out.release();
            }
            StopResult stop = graph.stop(StopMode.DRAIN, 1_000);
            if (!stop.drained() || letters != expected) {
                throw new AssertionError("letters=" + letters + " expected=" + expected + " stop=" + stop);
            }
        }
        System.out.println("ok " + WORDS + " " + letters);
    }
}
