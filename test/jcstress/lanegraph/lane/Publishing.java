package lanegraph.lane;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/** Who sees a message sees all of it, and those before it. What is not listed is forbidden, here and in the other tests. */
public final class Publishing {
    private Publishing() {}

    /** One producer, in place and by a copy, and one reader. */
    @JCStressTest
    @Outcome(id = {"0, 0", "0, 1", "1, 0", "1, 2"}, expect = ACCEPTABLE, desc = "nothing, or whole messages in order")
    @State
    public static class One {
        private static final Rings RINGS = new Rings(1, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = ring.tx("p0", false);
        private final LaneRx rx = ring.rx("c0");

        @Actor
        public void producer() {
            meeting.arrive();
            Messages.claim(tx, 1);
            Messages.offer(tx, 2);
        }

        @Actor
        public void reader(II_Result r) {
            meeting.arrive();
            r.r1 = Messages.take(rx);
            r.r2 = Messages.take(rx);
        }
    }

    /** The same, read by one call. */
    @JCStressTest
    @Outcome(id = {"0, 0", "1, 0", "1, 2"}, expect = ACCEPTABLE, desc = "nothing, or whole messages in order")
    @State
    public static class Drained {
        private static final Rings RINGS = new Rings(1, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = ring.tx("p0", false);
        private final LaneRx rx = ring.rx("c0");

        @Actor
        public void producer() {
            meeting.arrive();
            Messages.claim(tx, 1);
            Messages.offer(tx, 2);
        }

        @Actor
        public void reader(II_Result r) {
            meeting.arrive();
            int[] numbers = Messages.takeTwo(rx);
            r.r1 = numbers[0];
            r.r2 = numbers[1];
        }
    }

    /** Objects, of which the reader leaves none behind. */
    @JCStressTest
    @Outcome(id = {"0, 0", "0, 1", "1, 0", "1, 2"}, expect = ACCEPTABLE, desc = "nothing, or whole objects in order")
    @State
    public static class Objects {
        private static final Rings RINGS = new Rings(2, 1, 1, true);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = ring.tx("p0", false);
        private final LaneRx rx = ring.rx("c0");

        @Actor
        public void producer() {
            meeting.arrive();
            Messages.offer(tx, 1);
            Messages.offer(tx, 2);
        }

        @Actor
        public void reader(II_Result r) {
            meeting.arrive();
            r.r1 = Messages.take(rx);
            r.r2 = Messages.take(rx);
        }
    }

    /** Two producers claim at once, and one of them reads meanwhile. */
    @JCStressTest
    @Outcome(id = {"0, 1, 2", "1, 2, 0", "2, 1, 0"}, expect = ACCEPTABLE, desc = "each message once")
    @State
    public static class Many {
        private static final Rings RINGS = new Rings(2, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = ring.tx("p0", false);
        private final LaneTx other = ring.tx("p1", false);
        private final LaneRx rx = ring.rx("c0");

        @Actor
        public void producer() {
            meeting.arrive();
            Messages.claim(tx, 1);
        }

        @Actor
        public void other(III_Result r) {
            meeting.arrive();
            Messages.offer(other, 2);
            r.r1 = Messages.take(rx);
        }

        @Arbiter
        public void end(III_Result r) {
            r.r2 = Messages.take(rx);
            r.r3 = Messages.take(rx);
        }
    }
}
