package lanegraph.lane;

import static lanegraph.region.RingDescriptor.CELL_INTENT_OFFSET;
import static lanegraph.region.RingDescriptor.TAIL_OFFSET;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.Set;
import lanegraph.region.Memory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Slots that producers claimed and left: nobody marks the slot of one that lives, and that of a dead one is marked exactly once. */
public final class Repairing {
    /** Who asks for a lock finds that its owner lives. */
    private static final Claims.Locks ALIVE = producers -> null;

    private Repairing() {}

    /** Two producers that live, one of which tries to repair both sequences. */
    @JCStressTest
    @Outcome(id = {"1, 2, 0", "2, 1, 0"}, expect = ACCEPTABLE, desc = "both messages, and nothing repaired")
    @State
    public static class Living {
        private static final Rings RINGS = new Rings(2, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();
        private final LaneTx tx = intentTx(ring, "p0");
        private final LaneTx other = intentTx(ring, "p1");

        @Actor
        public void producer() {
            meeting.arrive();
            Messages.offer(tx, 1);
        }

        @Actor
        public void other() {
            meeting.arrive();
            Claims claims = new Claims(ring);
            Messages.offer(other, 2);
            for (int i = 0; i < Messages.TRIES / 5; i++) {
                claims.repair(0, ALIVE);
                claims.repair(1, ALIVE);
            }
        }

        @Arbiter
        public void end(III_Result r) {
            LaneRx rx = ring.rx("c0");
            r.r1 = Messages.take(rx);
            r.r2 = Messages.take(rx);
            r.r3 = (int) ring.repaired();
        }
    }

    /** A slot of a dead one that nobody bears any more: two repair it, one of whom reads the message behind it. */
    @JCStressTest
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "the message behind it is read, and one slot counted")
    @State
    public static class Twice {
        private static final Rings RINGS = new Rings(2, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();

        public Twice() {
            die(ring);
            Messages.offer(intentTx(ring, "p1"), 2);
        }

        @Actor
        public void one() {
            meeting.arrive();
            new Claims(ring).repair(0, ALIVE);
        }

        @Actor
        public void reader(II_Result r) {
            meeting.arrive();
            new Claims(ring).repair(0, ALIVE);
            r.r1 = Messages.take(ring.rx("c0"));
        }

        @Arbiter
        public void end(II_Result r) {
            r.r2 = (int) ring.repaired();
        }
    }

    /** Two that died with one intent start again at once, each with the lock that the other would need. */
    @JCStressTest
    @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "one slot repaired, committed by neither; the next messages are read")
    @State
    public static class BothStart {
        private static final Rings RINGS = new Rings(3, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();

        public BothStart() {
            die(ring, "p0", "p1");
        }

        @Actor
        public void one() {
            meeting.arrive();
            new Claims(ring).repairOwn(Set.of("p0"), ALIVE);
        }

        @Actor
        public void other() {
            meeting.arrive();
            new Claims(ring).repairOwn(Set.of("p1"), ALIVE);
        }

        @Arbiter
        public void end(III_Result r) {
            r.r1 = (int) ring.repaired();
            r.r3 = takeMore(ring);
            r.r2 = commits(ring, "p0") + commits(ring, "p1");
        }
    }

    /** One that died starts again, while another repairs for a reader, who sees it alive or its slot open. */
    @JCStressTest
    @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "one slot repaired, and not committed; the next messages are read")
    @State
    public static class StartAndRepair {
        private static final Rings RINGS = new Rings(3, 1);

        private final Ring ring = RINGS.next();
        private final Meeting meeting = new Meeting();

        public StartAndRepair() {
            die(ring, "p0");
        }

        @Actor
        public void producer() {
            meeting.arrive();
            new Claims(ring).repairOwn(Set.of("p0"), ALIVE);
        }

        @Actor
        public void reader() {
            meeting.arrive();
            new Claims(ring).repair(0, ALIVE);
        }

        @Arbiter
        public void end(III_Result r) {
            r.r1 = (int) ring.repaired();
            r.r3 = takeMore(ring);
            r.r2 = commits(ring, "p0");
        }
    }

    static IntentTx intentTx(Ring ring, String owner) {
        return new IntentTx(ring, cell(ring, owner), false);
    }

    private static long cell(Ring ring, String owner) {
        return ring.region().address() + ring.region().producerCell(owner);
    }

    /** Sequence 0 is claimed, and these bear it: what is left when they end before the commit. */
    private static void die(Ring ring, String... bearers) {
        for (String owner : bearers) {
            Memory.DIRECT.putLong(cell(ring, owner) + CELL_INTENT_OFFSET, 1);
        }
        Memory.DIRECT.putLong(ring.region().address() + TAIL_OFFSET, 1);
    }

    /** How many of two messages are read: the second stands in the slot, so that its word tells of the claim no more. */
    private static int takeMore(Ring ring) {
        LaneRx rx = ring.rx("c0");
        LaneTx tx = intentTx(ring, "p2");
        int taken = 0;
        for (int i = 1; i <= 2; i++) {
            taken += Messages.offer(tx, i) && Messages.take(rx) == i ? 1 : 0;
        }
        return taken;
    }

    /** 1 if the producer takes sequence 0 for a message of its own that is committed. */
    private static int commits(Ring ring, String owner) {
        return new Claims(ring).isCommitted(cell(ring, owner), 0) ? 1 : 0;
    }
}
