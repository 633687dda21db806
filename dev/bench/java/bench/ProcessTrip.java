package bench;

import java.util.Arrays;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;

/**
 * Round trips of single messages through a graph: in by one endpoint, out by the other, one at a time, spinning. And how far
 * apart the two cores are, while nothing else spins.
 */
public final class ProcessTrip {
    private ProcessTrip() {}

    /** Nanoseconds of a word from one core to the other and back, between this thread and a new one. */
    public static double distance() throws InterruptedException {
        Bounce bounce = new Bounce();
        Thread other = new Thread(() -> bounce.trip(1));
        other.start();
        double trip = bounce.trip(0);
        other.join();
        return trip;
    }

    /** Nanoseconds of each trip, sorted. */
    public static long[] trips(LaneTx in, LaneRx out, int trips) {
        long[] nanos = new long[trips];
        for (int i = 0; i < trips; i++) {
            long start = System.nanoTime();
            in.claim().putLong(0, i);
            if (!in.commit(Payload.LENGTH)) {
                throw new IllegalStateException("the first lane is full");
            }
            while (!out.peek()) {
                Thread.onSpinWait();
            }
            if (out.payload().getLong(0) != i) {
                throw new IllegalStateException("found " + out.payload().getLong(0) + ", expected " + i);
            }
            out.advance();
            out.release();
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos;
    }
}
