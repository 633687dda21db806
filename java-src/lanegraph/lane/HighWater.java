package lanegraph.lane;

import java.util.concurrent.atomic.AtomicInteger;

/** The most messages that a lane was seen to hold. Thread-safe. */
final class HighWater {
    private final AtomicInteger most = new AtomicInteger();

    /** Notes a depth; returns it. */
    int seen(int depth) {
        if (depth > most.get()) { // mostly it is not: then nothing is stored
            most.accumulateAndGet(depth, Math::max);
        }
        return depth;
    }

    int get() {
        return most.get();
    }
}
