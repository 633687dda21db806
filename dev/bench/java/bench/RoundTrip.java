package bench;

import java.lang.invoke.VarHandle;
import org.HdrHistogram.Histogram;

/** One message at a time, there and back: the producer sends it and waits for it, the consumer sends it back. */
abstract class RoundTrip implements Contender {
    static final int PING = 0;
    static final int PONG = 1;

    /** How a side lets time pass between two looks: by a full fence, or by a hint to the core that it spins. */
    static final boolean FENCE = Boolean.getBoolean("bench.fence");

    private final Histogram times = new Histogram(3);

    @Override
    public final Histogram times() {
        return times;
    }

    @Override
    public final void produce(int producer, long first, int count) {
        times.reset();
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            send(PING, first + i);
            receive(PING, first + i);
            times.recordValue(System.nanoTime() - start);
        }
    }

    @Override
    public final void consume(int consumer, long first, int count) {
        for (int i = 0; i < count; i++) {
            receive(PONG, first + i);
            send(PONG, first + i);
        }
    }

    /** Between two looks for a message. The next look begins behind a fence: once the last one has ended. */
    static void spin() {
        if (FENCE) {
            VarHandle.fullFence();
        } else {
            Thread.onSpinWait();
        }
    }

    /** Writes the message of this sequence for the other side. */
    abstract void send(int side, long sequence);

    /** Spins until the other side's message is there, checks that it is the one of this sequence, and frees its place. */
    abstract void receive(int side, long sequence);
}
