package bench;

/**
 * One way to bring messages from a thread to another. {@link #produce} runs on one thread, {@link #consume} on another; each
 * of the two returns when it has done its count. A trial's JVM loads one contender alone, so its calls are monomorphic.
 */
interface Contender {
    /** Writes the messages of {@code count} sequences from {@code first} on, and waits by spinning while there is no room. */
    void produce(long first, int count);

    /** Reads as many and checks every word of them; throws if one is not what was written. */
    void consume(long first, int count);

    /** Spins that a consumer makes on empty before it looks again: a burst lets the producer get ahead. */
    int SPINS = Integer.getInteger("bench.spins", 16);

    static void spin() {
        for (int i = 0; i < SPINS; i++) {
            Thread.onSpinWait();
        }
    }
}
