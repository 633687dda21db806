package bench;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventFactory;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;

/**
 * The Disruptor with one producer, a BatchEventProcessor and the busy-spin strategy.
 *
 * @param <E> the events that its ring is filled with
 */
abstract class DisruptorContender<E> implements Contender, EventHandler<E> {
    /** Sequences that the producer claims at a time. */
    static final int BATCH = Integer.getInteger("bench.batch", 1);

    final RingBuffer<E> ring;
    private final BatchEventProcessor<E> processor;
    private long last;
    private long difference;

    DisruptorContender(final int slots, final EventFactory<E> factory) {
        ring = RingBuffer.createSingleProducer(factory, slots, new BusySpinWaitStrategy());
        processor = new BatchEventProcessorBuilder().build(ring, ring.newBarrier(), this);
        ring.addGatingSequences(processor.getSequence());
    }

    @Override
    public final void produce(final long first, final int count) {
        if (BATCH == 1) {
            for (int i = 0; i < count; i++) {
                final long sequence = ring.next();
                write(ring.get(sequence), sequence);
                ring.publish(sequence);
            }
            return;
        }
        for (int i = 0; i < count; i += BATCH) {
            final int n = Math.min(BATCH, count - i);
            final long high = ring.next(n);
            final long low = high - n + 1;
            for (long sequence = low; sequence <= high; sequence++) {
                write(ring.get(sequence), sequence);
            }
            ring.publish(low, high);
        }
    }

    @Override
    public final void consume(final long first, final int count) {
        last = first + count - 1;
        difference = 0;
        processor.run(); // until the last message halts it
        Payload.check(difference, last + 1);
    }

    @Override
    public final void onEvent(final E event, final long sequence, final boolean endOfBatch) {
        difference |= difference(event, sequence);
        if (sequence == last) {
            processor.halt();
        }
    }

    abstract void write(E event, long sequence);

    abstract long difference(E event, long sequence);
}
