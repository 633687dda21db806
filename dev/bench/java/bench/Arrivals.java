package bench;

import java.util.Arrays;

/** What a consumer has to find next: each producer's messages in their order. For one thread. */
final class Arrivals {
    private final long[] next = new long[Sides.PRODUCERS];
    private long only;

    Arrivals(long first) {
        only = first;
        Arrays.setAll(next, producer -> Payload.id(producer, first));
    }

    /** The id that a message must have whose first word is this. */
    long expected(long word) {
        return Sides.PRODUCERS == 1 ? only++ : next[Payload.producer(word)]++;
    }
}
