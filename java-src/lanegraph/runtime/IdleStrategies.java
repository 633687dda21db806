package lanegraph.runtime;

import lanegraph.graph.Idle;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/** What a thread does when its roles have nothing to do. */
final class IdleStrategies {
    private static final long SPINS = 100;
    private static final long YIELDS = 100;
    private static final long MIN_PARK_NS = 1_000;
    private static final long MAX_PARK_NS = 100_000;

    private IdleStrategies() {}

    /**
     * A new strategy; one thread's own.
     *
     * @param threads how many want a core
     */
    static IdleStrategy of(Idle idle, int threads) {
        return switch (idle) {
            case BUSY_SPIN -> new BusySpinIdleStrategy();
            case YIELD -> new YieldingIdleStrategy();
            case BACKOFF -> backoff(threads);
            case PARK -> new SleepingIdleStrategy(MAX_PARK_NS);
        };
    }

    /**
     * Spins, yields, then parks 1 to 100 µs: nearly as quick as spinning, and it does not starve others. Where threads
     * outnumber cores it yields at once, for whom it waits may want this very core.
     */
    private static IdleStrategy backoff(int threads) {
        long spins = threads > Runtime.getRuntime().availableProcessors() ? 0 : SPINS;
        return new BackoffIdleStrategy(spins, YIELDS, MIN_PARK_NS, MAX_PARK_NS);
    }
}
