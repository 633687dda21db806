package lanegraph.lane;

import java.util.concurrent.atomic.AtomicInteger;

/** Where the two sides of a test wait for each other, so that they begin at one moment: about a microsecond, and then no longer. */
final class Meeting {
    private final AtomicInteger there = new AtomicInteger();

    void arrive() {
        there.incrementAndGet();
        for (int i = 0; i < Messages.TRIES && there.get() < 2; i++) {
            Thread.onSpinWait();
        }
    }
}
