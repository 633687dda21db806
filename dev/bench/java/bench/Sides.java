package bench;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/** How many threads a trial has, and how they wait: by properties, constants to the compiler. */
final class Sides {
    static final int PRODUCERS = Integer.getInteger("bench.producers", 1);
    static final int CONSUMERS = Integer.getInteger("bench.consumers", 1);
    /** Roles in between. */
    static final int ROLES = Integer.getInteger("bench.roles", 0);
    /** How many of these change the messages. */
    static final int STAGES = Boolean.getBoolean("bench.stages") ? ROLES : 0;
    /** Whether the roles share one thread, or have one each. */
    static final boolean SHARED = Boolean.getBoolean("bench.shared");
    /** True if the contender has a thread of its own beside these: what it takes from them is no disturbance. */
    static final boolean BACKGROUND = Boolean.getBoolean("bench.background");
    /** True if the threads are more than the cores: then nobody is bound to a core, and nobody spins for long. */
    static final boolean CROWDED = PRODUCERS + CONSUMERS + (SHARED ? 1 : ROLES) + (BACKGROUND ? 1 : 0)
            > Runtime.getRuntime().availableProcessors();
    /** Whether threads of a crowded trial yield between all looks; else as roles wait by default. */
    static final boolean YIELD = Boolean.getBoolean("bench.yield");
    /** Spins on empty before the next look: a burst lets the producer get ahead. */
    private static final int SPINS = Integer.getInteger("bench.spins", 16);

    private Sides() {
    }

    private static final class Spins implements IdleStrategy {
        @Override
        public void idle() {
            for (int i = 0; i < SPINS; i++) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void idle(int work) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void reset() {
        }
    }

    /** Runs it on a thread that ends with the JVM. */
    static void background(Runnable work) {
        Thread thread = new Thread(work, "stage");
        thread.setDaemon(true);
        thread.start();
    }

    static IdleStrategy whileFull() {
        return CROWDED ? crowded() : new BusySpinIdleStrategy();
    }

    static IdleStrategy whileEmpty() {
        return CROWDED ? crowded() : new Spins();
    }

    private static IdleStrategy crowded() {
        return YIELD ? new YieldingIdleStrategy() : new BackoffIdleStrategy(0, 100, 1_000, 100_000);
    }
}
