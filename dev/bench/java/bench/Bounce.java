package bench;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One word bounced between the two threads: how far apart their cores are just now. On a virtual machine that changes while
 * it runs, and the rate of everything with it, so that rates compare only at the same distance.
 */
final class Bounce {
    private static final int TRIPS = 2_000;
    private static final int SPINS = 1_000;

    private final AtomicLong word = new AtomicLong();

    /**
     * Called by both threads at once, by one with side 0, by the other with 1.
     *
     * @return nanoseconds of a round trip: the median of ten parts, since others may use the cores too; the least
     *     of them where threads are not bound to cores, since the two may have begun on one
     */
    double trip(int side) {
        long base = word.get() / (2L * TRIPS) * (2L * TRIPS);
        double[] parts = new double[10];
        long i = side;
        for (int part = 0; part < parts.length; part++) {
            long start = System.nanoTime();
            int trips = TRIPS / parts.length;
            for (int trip = 0; trip < trips; trip++, i += 2) {
                for (int spins = 1; word.get() != base + i; spins++) {
                    if (spins % SPINS == 0) {
                        Thread.yield(); // the two may have begun on one core
                    }
                    Thread.onSpinWait();
                }
                word.set(base + i + 1);
            }
            parts[part] = (System.nanoTime() - start) / (double) trips;
        }
        Arrays.sort(parts);
        return parts[Sides.CROWDED ? 0 : parts.length / 2];
    }
}
