package bench;

import org.HdrHistogram.Histogram;

/**
 * One way to bring messages from some threads to others: from {@link Sides#PRODUCERS} to {@link Sides#CONSUMERS}. Each call
 * runs on a thread of its own and returns when it has done its count. A trial's JVM loads one contender alone, so its calls
 * are monomorphic.
 */
interface Contender extends AutoCloseable {
    /** Writes this producer's messages of {@code count} sequences from {@code first} on, and waits while there is no room. */
    void produce(int producer, long first, int count);

    /**
     * Reads as many of each producer, in its order, and checks every word of them; throws if one is not what was written.
     */
    void consume(int consumer, long first, int count);

    /** Nanoseconds of single messages in the last round; null where a contender does not look at them. */
    default Histogram times() {
        return null;
    }

    @Override
    default void close() throws Exception {
    }
}
