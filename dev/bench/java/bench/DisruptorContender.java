package bench;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventFactory;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.ProducerType;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The Disruptor: a BatchEventProcessor for each stage, on a thread of its own, one after the other, and behind them one
 * for each consumer, all gating; with the busy-spin strategy, or the yielding one where threads outnumber cores.
 *
 * @param <E> the events that its ring is filled with
 */
abstract class DisruptorContender<E> implements Contender {
    /** Sequences that a producer claims at a time. */
    static final int BATCH = Integer.getInteger("bench.batch", 1);

    final RingBuffer<E> ring;
    private final List<Reader> readers = new ArrayList<>();

    private final class Reader implements EventHandler<E> {
        final BatchEventProcessor<E> processor;
        final UnsafeBuffer own = Payload.own();
        Arrivals arrivals;
        long last;
        long difference;

        Reader(Sequence... behind) {
            processor = new BatchEventProcessorBuilder().build(ring, ring.newBarrier(behind), this);
            ring.addGatingSequences(processor.getSequence());
        }

        @Override
        public void onEvent(E event, long sequence, boolean endOfBatch) {
            long found = difference(event, arrivals, own);
            difference |= found;
            if (sequence == last) {
                processor.halt();
            }
        }
    }

    DisruptorContender(int slots, EventFactory<E> factory) {
        ring = RingBuffer.create(Sides.PRODUCERS == 1 ? ProducerType.SINGLE : ProducerType.MULTI, factory, slots,
                Sides.CROWDED ? new YieldingWaitStrategy() : new BusySpinWaitStrategy());
        Sequence[] behind = {};
        for (int i = 0; i < Sides.ROLES; i++) {
            behind = new Sequence[] {stage(behind)};
        }
        for (int i = 0; i < Sides.CONSUMERS; i++) {
            readers.add(new Reader(behind));
        }
    }

    private Sequence stage(Sequence... behind) {
        EventHandler<E> handler = (event, sequence, endOfBatch) -> transform(event);
        BatchEventProcessor<E> processor =
                new BatchEventProcessorBuilder().build(ring, ring.newBarrier(behind), handler);
        Sides.background(processor);
        return processor.getSequence();
    }

    @Override
    public final void produce(int producer, long first, int count) {
        UnsafeBuffer own = Payload.own();
        if (BATCH == 1) {
            for (int i = 0; i < count; i++) {
                long sequence = ring.next();
                write(ring.get(sequence), Payload.id(producer, first + i), own);
                ring.publish(sequence);
            }
            return;
        }
        for (int i = 0; i < count; i += BATCH) {
            int n = Math.min(BATCH, count - i);
            long high = ring.next(n);
            long low = high - n + 1;
            for (int j = 0; j < n; j++) {
                write(ring.get(low + j), Payload.id(producer, first + i + j), own);
            }
            ring.publish(low, high);
        }
    }

    @Override
    public final void consume(int consumer, long first, int count) {
        Reader reader = readers.get(consumer);
        reader.arrivals = new Arrivals(first);
        reader.last = (first + count) * Sides.PRODUCERS - 1; // the ring counts the messages of all producers
        reader.difference = 0;
        reader.processor.run(); // until the last message halts it
        Payload.check(reader.difference, reader.last + 1);
    }

    abstract void transform(E event);

    abstract void write(E event, long id, UnsafeBuffer own);

    abstract long difference(E event, Arrivals arrivals, UnsafeBuffer own);
}
