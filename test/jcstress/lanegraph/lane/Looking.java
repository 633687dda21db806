package lanegraph.lane;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Who looks at a message without a cursor, while its slot is written again, sees all of it or nothing. */
public final class Looking {
    private Looking() {}

    /** One producer, which comes to the slot after the one before it. */
    @JCStressTest
    @Outcome(id = {"0", "3"}, expect = ACCEPTABLE, desc = "the message, or nothing")
    @State
    public static class One {
        private static final Rings RINGS = new Rings(1, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = ring.tx("p0", false);

        public One() {
            fill(tx, ring.rx("c0"), 3);
        }

        @Actor
        public void producer() {
            meeting.arrive();
            Messages.claim(tx, 4);
            Messages.claim(tx, 5);
        }

        @Actor
        public void looker(I_Result r) {
            meeting.arrive();
            r.r1 = Messages.look(ring, 2, 3);
        }
    }

    /** The producer touches a block of 16 slots at once, long before it writes the second of them. */
    @JCStressTest
    @Outcome(id = {"0", "18"}, expect = ACCEPTABLE, desc = "the message, or nothing")
    @State
    public static class Block {
        private static final int SLOTS = 256;
        private static final Rings RINGS = new Rings(SLOTS, 1, 1, false);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = ring.tx("p0", false);

        public Block() {
            fill(tx, ring.rx("c0"), SLOTS + ring.block - 1);
        }

        @Actor
        public void producer() {
            meeting.arrive();
            Messages.claim(tx, 1000);
        }

        @Actor
        public void looker(I_Result r) {
            meeting.arrive();
            r.r1 = Messages.look(ring, ring.block + 1, 18);
        }
    }

    /** One of several producers writes into the slot. */
    @JCStressTest
    @Outcome(id = {"0", "1"}, expect = ACCEPTABLE, desc = "the message, or nothing")
    @State
    public static class Many {
        private static final Rings RINGS = new Rings(2, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = ring.tx("p0", false);

        public Many() {
            fill(tx, ring.rx("c0"), 2);
        }

        @Actor
        public void producer() {
            meeting.arrive();
            Messages.claim(tx, 3);
        }

        @Actor
        public void looker(I_Result r) {
            meeting.arrive();
            r.r1 = Messages.look(ring, 0, 1);
        }
    }

    /** The oldest message of a full lane can be looked at until its reader passes it; then it is written over. */
    @JCStressTest
    @Outcome(id = {"0", "1"}, expect = ACCEPTABLE, desc = "the message, or nothing")
    @State
    public static class Oldest {
        private static final Rings RINGS = new Rings(1, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = ring.tx("p0", false);
        private final LaneRx rx = ring.rx("c0");

        public Oldest() {
            Messages.claim(tx, 1);
            Messages.claim(tx, 2);
        }

        @Actor
        public void both() {
            meeting.arrive();
            Messages.take(rx);
            Messages.claim(tx, 3);
        }

        @Actor
        public void looker(I_Result r) {
            meeting.arrive();
            r.r1 = Messages.look(ring, 0, 1);
        }
    }

    /** So many messages, numbered from 1, which the reader takes at once. */
    private static void fill(LaneTx tx, LaneRx rx, int count) {
        for (int i = 1; i <= count; i++) {
            Messages.claim(tx, i);
            Messages.take(rx);
        }
    }
}
