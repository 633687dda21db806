package lanegraph.runtime;

import java.util.concurrent.atomic.AtomicLong;
import lanegraph.lane.Marks;

/** Samples of one reader on their way from its thread, which adds them, to the one that takes them. Allocates nothing to add. */
final class Samples {
    /** Of one ingress, as many as come in between two looks: see {@link IngressMarker#BURST}. */
    private static final int CAPACITY = 2048;

    /** What {@link LatencySample} tells. */
    static final class Sample {
        Marks marks;
        Way way;
        long weight;
        long waited;
        long served;
        long age;
    }

    /** Takes samples. */
    interface Taker {
        /** The sample is good during the call. */
        void take(Sample sample);
    }

    private final Sample[] samples = new Sample[CAPACITY];
    private final AtomicLong missed;
    private volatile long head;
    private volatile long tail;

    /** @param missed counts samples for which there was no room */
    Samples(AtomicLong missed) {
        this.missed = missed;
        for (int i = 0; i < CAPACITY; i++) {
            samples[i] = new Sample();
        }
    }

    /** On the reader's thread. */
    void add(Marks marks, Marks.Mark mark, long taken, long served) {
        long at = tail;
        if (at - head == CAPACITY) {
            missed.incrementAndGet();
            return;
        }
        Sample sample = samples[(int) at & CAPACITY - 1];
        sample.marks = marks;
        sample.way = (Way) mark.way();
        sample.weight = mark.weight();
        sample.waited = Math.max(0, taken - mark.committed());
        sample.served = served;
        sample.age = Math.max(0, taken - mark.born());
        tail = at + 1;
    }

    /** On one other thread at a time. */
    void take(Taker taker) {
        long end = tail;
        for (long i = head; i < end; i++) {
            taker.take(samples[(int) i & CAPACITY - 1]);
            head = i + 1;
        }
    }
}
