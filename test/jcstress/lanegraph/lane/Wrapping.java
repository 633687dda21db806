package lanegraph.lane;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A slot is written again when every reader has passed it, and not before. Each ring is full: two slots, with messages 1 and 2. */
public final class Wrapping {
    private Wrapping() {}

    /** A full ring with one reader: whether there was room, what the reader read, what was left. */
    private static final class Full {
        private final LaneTx tx;
        private final LaneRx rx;

        Full(Ring ring) {
            tx = ring.tx("p0", false);
            rx = ring.rx("c0");
            Messages.offer(tx, 1);
            Messages.offer(tx, 2);
        }

        void produce(IIII_Result r) {
            r.r1 = Messages.offerSoon(tx, 3) ? 1 : 0;
        }

        void read(IIII_Result r) {
            r.r2 = Messages.take(rx);
            r.r3 = Messages.take(rx);
        }

        void drain(IIII_Result r) {
            int[] numbers = Messages.takeTwo(rx);
            r.r2 = numbers[0];
            r.r3 = numbers[1];
        }

        void end(IIII_Result r) {
            r.r4 = Messages.take(rx);
        }
    }

    /** One producer. */
    @JCStressTest
    @Outcome(id = {"0, 1, 2, 0", "1, 1, 2, 3"}, expect = ACCEPTABLE, desc = "every message that was accepted, once")
    @State
    public static class One {
        private static final Rings RINGS = new Rings(1, 1);

        private final Full ring = new Full(RINGS.next());

        @Actor
        public void producer(IIII_Result r) {
            ring.produce(r);
        }

        @Actor
        public void reader(IIII_Result r) {
            ring.read(r);
        }

        @Arbiter
        public void end(IIII_Result r) {
            ring.end(r);
        }
    }

    /** The same, read by one call. */
    @JCStressTest
    @Outcome(id = {"0, 1, 2, 0", "1, 1, 2, 3"}, expect = ACCEPTABLE, desc = "every message that was accepted, once")
    @State
    public static class Drained {
        private static final Rings RINGS = new Rings(1, 1);

        private final Full ring = new Full(RINGS.next());

        @Actor
        public void producer(IIII_Result r) {
            ring.produce(r);
        }

        @Actor
        public void reader(IIII_Result r) {
            ring.drain(r);
        }

        @Arbiter
        public void end(IIII_Result r) {
            ring.end(r);
        }
    }

    /** One of several producers. */
    @JCStressTest
    @Outcome(id = {"0, 1, 2, 0", "1, 1, 2, 3"}, expect = ACCEPTABLE, desc = "every message that was accepted, once")
    @State
    public static class Many {
        private static final Rings RINGS = new Rings(2, 1);

        private final Full ring = new Full(RINGS.next());

        @Actor
        public void producer(IIII_Result r) {
            ring.produce(r);
        }

        @Actor
        public void reader(IIII_Result r) {
            ring.read(r);
        }

        @Arbiter
        public void end(IIII_Result r) {
            ring.end(r);
        }
    }

    /** Objects, which the reader clears before it gives the slot back. */
    @JCStressTest
    @Outcome(id = {"0, 1, 2, 0", "1, 1, 2, 3"}, expect = ACCEPTABLE, desc = "every message that was accepted, once")
    @State
    public static class Objects {
        private static final Rings RINGS = new Rings(2, 1, 1, true);

        private final Full ring = new Full(RINGS.next());

        @Actor
        public void producer(IIII_Result r) {
            ring.produce(r);
        }

        @Actor
        public void reader(IIII_Result r) {
            ring.read(r);
        }

        @Arbiter
        public void end(IIII_Result r) {
            ring.end(r);
        }
    }

    /** Two readers: whether there was room, what each read first, what the second had left. */
    @JCStressTest
    @Outcome(id = {"0, 1, 1, 2", "1, 1, 1, 2"}, expect = ACCEPTABLE, desc = "each reader has every message")
    @State
    public static class Readers {
        private static final Rings RINGS = new Rings(1, 2);

        private final Ring ring = RINGS.next();
        private final LaneTx tx = ring.tx("p0", false);
        private final LaneRx rx = ring.rx("c0");
        private final LaneRx second = ring.rx("c1");

        public Readers() {
            Messages.claim(tx, 1);
            Messages.claim(tx, 2);
        }

        @Actor
        public void producer(IIII_Result r) {
            r.r1 = Messages.offerSoon(tx, 3) ? 1 : 0;
        }

        @Actor
        public void readers(IIII_Result r) {
            r.r2 = Messages.take(rx);
            r.r3 = Messages.take(second);
        }

        @Arbiter
        public void end(IIII_Result r) {
            r.r4 = Messages.take(second);
        }
    }
}
