package lanegraph.lane;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import lanegraph.region.Memory;
import lanegraph.region.RingDescriptor;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A role moves two messages, and notes each. Whoever started it again, if it died at this instruction, would find by the notes
 * that its input goes on behind what is committed. The result: how many are committed, and where the input goes on.
 */
public final class Noting {
    private Noting() {}

    /** To a lane of one producer. */
    @JCStressTest
    @Outcome(id = {"0, -1", "1, 1", "2, 2"}, expect = ACCEPTABLE, desc = "what is committed is noted")
    @State
    public static class One {
        private static final Rings OUTPUTS = new Rings(1, 1);

        private final Role role = new Role(OUTPUTS.next());

        @Actor
        public void role() {
            role.move();
        }

        @Actor
        public void restart(II_Result r) {
            role.restart(r);
        }
    }

    /** To a lane of several producers. */
    @JCStressTest
    @Outcome(id = {"0, -1", "1, 1", "2, 2"}, expect = ACCEPTABLE, desc = "what is committed is noted")
    @State
    public static class Many {
        private static final Rings OUTPUTS = new Rings(2, 1);

        private final Role role = new Role(OUTPUTS.next());

        @Actor
        public void role() {
            role.move();
        }

        @Actor
        public void restart(II_Result r) {
            role.restart(r);
        }
    }

    /** What a bridge does, without the rest of a graph. */
    private static final class Role {
        private static final Rings INPUTS = new Rings(1, 1);
        private static final Notes NOTES = new Notes();

        private final Ring output;
        private final LaneRx rx;
        private final LaneTx tx;
        private final Notes.Pair notes = NOTES.next();
        private final Trail found = notes.trail(null, Notes.ReadOnly.INSTANCE);

        Role(Ring output) {
            this.output = output;
            Ring input = INPUTS.next();
            LaneTx feed = input.tx("p0", false);
            Messages.claim(feed, 1);
            Messages.claim(feed, 2);
            rx = input.rx("c0");
            tx = output.tx("p0", false, notes.trail(new Origin(rx), Memory.DIRECT));
        }

        void move() {
            while (rx.peek()) {
                tx.forward(rx);
                rx.advance();
            }
        }

        void restart(II_Result r) {
            r.r1 = committed();
            r.r2 = goesOnAt(r.r1);
        }

        /** As soon as one is. It looks at the last one first: so what it sees was true at one moment. */
        private int committed() {
            for (int i = 0; i < Messages.TRIES; i++) {
                if (isCommitted(1)) {
                    return 2;
                }
                if (isCommitted(0)) {
                    return 1;
                }
            }
            return 0;
        }

        private boolean isCommitted(long sequence) {
            return RingDescriptor.bears(Memory.DIRECT.getLongAcquire(output.slot(sequence)), sequence);
        }

        /** Where the input goes on by the notes, if so many were committed. */
        private int goesOnAt(int committed) {
            if (output.shape().manyProducers()) {
                found.find(t -> t < committed);
            } else {
                found.find(committed);
            }
            return (int) found.from(0);
        }
    }
}
