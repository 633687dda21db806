package bench;

import java.util.concurrent.TimeUnit;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Single calls, on one thread. A message that is written is read in the same call, so that there is always room. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Calls {
    private static final int SLOTS = 4096;

    private final Lane lane = Lanes.ring("events", SLOTS, null);
    private final LaneTx tx = lane.tx("p0", false);
    private final LaneRx rx = lane.rx("c0");
    private final Lane full = Lanes.ring("events", SLOTS, null);
    private final LaneTx fullTx = full.tx("p0", false);
    private final Lane empty = Lanes.ring("events", SLOTS, null);
    private final LaneRx emptyRx = empty.rx("c0");
    private final Lane references = Lanes.references(SLOTS);
    private final LaneTx referenceTx = references.tx("p0", false);
    private final LaneRx referenceRx = references.rx("c0");
    private final UnsafeBuffer own = Payload.own();
    private final UnsafeBuffer target = Payload.own();
    private final RingBuffer agrona = AgronaContender.ring(SLOTS);
    private long found;
    private final MessageHandler inPlace = (type, buffer, index, length) -> found = buffer.getLong(index);
    private final MessageHandler copied = (type, buffer, index, length) -> buffer.getBytes(index, target, 0, length);

    /** Fills the one that stays full. */
    public Calls() {
        while (fullTx.offer(own, 0, Payload.LENGTH)) {
            found++;
        }
    }

    /** claim, commit, peek, payload, advance, release. */
    @Benchmark
    public long laneInPlace() {
        if (tx.room()) {
            Payload.write(tx.claim(), 0, found);
            tx.commit(Payload.LENGTH);
        }
        rx.peek();
        long word = rx.payload().getLong(0);
        rx.advance();
        rx.release();
        return word;
    }

    /** offer, and a copy out. */
    @Benchmark
    public UnsafeBuffer laneCopied() {
        tx.offer(own, 0, Payload.LENGTH);
        rx.peek();
        rx.payload().getBytes(0, target, 0, Payload.LENGTH);
        rx.advance();
        rx.release();
        return target;
    }

    /** offer and take of an object. */
    @Benchmark
    public Object laneByReference() {
        referenceTx.offer(this);
        return referenceRx.take();
    }

    @Benchmark
    public boolean offerToFullLane() {
        return fullTx.offer(own, 0, Payload.LENGTH);
    }

    @Benchmark
    public boolean peekAtEmptyLane() {
        return emptyRx.peek();
    }

    /** tryClaim, commit, read. */
    @Benchmark
    public long agronaInPlace() {
        int index = agrona.tryClaim(AgronaContender.TYPE, Payload.LENGTH);
        if (index < 0) {
            throw new IllegalStateException("the ring is full");
        }
        Payload.write(agrona.buffer(), index, found);
        agrona.commit(index);
        readOne(inPlace);
        return found;
    }

    /** write, and a copy out. */
    @Benchmark
    public UnsafeBuffer agronaCopied() {
        if (!agrona.write(AgronaContender.TYPE, own, 0, Payload.LENGTH)) {
            throw new IllegalStateException("the ring is full");
        }
        readOne(copied);
        return target;
    }

    /** Where the ring begins anew, a first call only passes over what is left at its end. */
    private void readOne(MessageHandler handler) {
        while (agrona.read(handler, 1) == 0) {
            Thread.onSpinWait();
        }
    }
}
