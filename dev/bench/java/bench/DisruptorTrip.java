package bench;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.WaitStrategy;
import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;

/** Two rings of the Disruptor with off-heap events, one each way; each side waits at the barrier itself. */
final class DisruptorTrip extends RoundTrip {
    private final Way[] ways;

    /** The Disruptor's BusySpinWaitStrategy, but with a fence between two looks. */
    private static final class Fences implements WaitStrategy {
        @Override
        public long waitFor(long sequence, Sequence cursor, Sequence dependent, SequenceBarrier barrier) throws AlertException {
            long available;
            while ((available = dependent.get()) < sequence) {
                barrier.checkAlert();
                VarHandle.fullFence();
            }
            return available;
        }

        @Override
        public void signalAllWhenBlocking() {}
    }

    private static final class Way {
        private final RingBuffer<UnsafeBuffer> ring;
        private final SequenceBarrier barrier;
        private final Sequence read = new Sequence();

        Way(int slots) {
            ring = RingBuffer.createSingleProducer(DisruptorBytes.offHeap(slots), slots,
                    FENCE ? new Fences() : new BusySpinWaitStrategy());
            barrier = ring.newBarrier();
            ring.addGatingSequences(read);
        }
    }

    DisruptorTrip(int slots) {
        ways = new Way[] {new Way(slots), new Way(slots)};
    }

    @Override
    void send(int side, long sequence) {
        RingBuffer<UnsafeBuffer> ring = ways[side].ring;
        long next = ring.next();
        Payload.write(ring.get(next), 0, sequence);
        ring.publish(next);
    }

    @Override
    void receive(int side, long sequence) {
        Way way = ways[1 - side];
        long next = way.read.get() + 1;
        try {
            way.barrier.waitFor(next);
        } catch (AlertException | InterruptedException | TimeoutException ex) {
            throw new IllegalStateException(ex);
        }
        Payload.check(Payload.difference(way.ring.get(next), 0, sequence), sequence);
        way.read.set(next);
    }
}
