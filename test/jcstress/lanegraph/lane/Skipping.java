package lanegraph.lane;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/** A slot that its producer gives up, since the source of the message throws, is passed over and never read. */
public final class Skipping {
    private Skipping() {}

    private static final class Broken extends UnsafeBuffer {
        private static final IllegalStateException BROKEN = new IllegalStateException("a source that throws");

        Broken() {
            super(new byte[Messages.LENGTH]);
        }

        @Override
        public byte[] byteArray() {
            throw BROKEN;
        }
    }

    /** The producer gives one slot up and goes on; the reader comes at any time. */
    @JCStressTest
    @Outcome(id = {"0, 0, 1", "0, 1, 0", "1, 0, 0"}, expect = ACCEPTABLE, desc = "the one message, once")
    @State
    public static class Reader {
        private static final Rings RINGS = new Rings(2, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = ring.tx("p0", false);
        private final LaneRx rx = ring.rx("c0");

        @Actor
        public void producer() {
            meeting.arrive();
            giveUp(tx);
            Messages.offer(tx, 1);
        }

        @Actor
        public void reader(III_Result r) {
            meeting.arrive();
            r.r1 = Messages.take(rx);
            r.r2 = Messages.take(rx);
        }

        @Arbiter
        public void end(III_Result r) {
            r.r3 = Messages.take(rx);
        }
    }

    /** Two slots are full, the first to be skipped: there is room for one when the reader has passed that, for two when it has read on. */
    @JCStressTest
    @Outcome(id = {"0, 1, 0, 0", "1, 1, 2, 0", "2, 1, 2, 3"}, expect = ACCEPTABLE, desc = "every message that was accepted, once")
    @State
    public static class Room {
        private static final Rings RINGS = new Rings(2, 1);

        private final Ring ring = RINGS.next();
        private final LaneTx tx = ring.tx("p0", false);
        private final LaneRx rx = ring.rx("c0");

        public Room() {
            giveUp(tx);
            Messages.offer(tx, 1);
        }

        @Actor
        public void producer(IIII_Result r) {
            r.r1 = !Messages.offerSoon(tx, 2) ? 0 : Messages.offer(tx, 3) ? 2 : 1;
        }

        @Actor
        public void reader(IIII_Result r) {
            r.r2 = Messages.take(rx);
        }

        @Arbiter
        public void end(IIII_Result r) {
            r.r3 = Messages.take(rx);
            r.r4 = Messages.take(rx);
        }
    }

    private static void giveUp(LaneTx tx) {
        try {
            tx.offer(new Broken(), 0, Messages.LENGTH);
        } catch (IllegalStateException expected) {
            return;
        }
        throw new AssertionError("the source did not throw");
    }
}
