package bench;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One word bounced between the two threads: how far apart their cores are just now. On a virtual machine that changes while
 * it runs, and the rate of everything with it, so that rates compare only at the same distance.
 */
final class Bounce {
    private static final int TRIPS = 2_000;

    private final AtomicLong word = new AtomicLong();

    /**
     * Called by both threads at once, by one with side 0, by the other with 1.
     *
     * @return nanoseconds of a round trip: the median of ten parts, since others may use the cores too
     */
    double trip(final int side) {
        final long base = word.get() / (2L * TRIPS) * (2L * TRIPS);
        final double[] parts = new double[10];
        long i = side;
        for (int part = 0; part < parts.length; part++) {
            final long start = System.nanoTime();
            final int trips = TRIPS / parts.length;
            for (int trip = 0; trip < trips; trip++, i += 2) {
                while (word.get() != base + i) {
                    Thread.onSpinWait();
                }
                word.set(base + i + 1);
            }
            parts[part] = (System.nanoTime() - start) / (double) trips;
        }
        Arrays.sort(parts);
        return parts[parts.length / 2];
    }
}
