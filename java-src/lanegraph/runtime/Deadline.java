package lanegraph.runtime;

import java.nio.channels.ClosedByInterruptException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;

/** A moment by which a call must have returned. */
record Deadline(long nanoTime) {
    /** How far causes are followed: they may go round in a circle. */
    static final int MAX_CAUSES = 100;

    /** This many milliseconds from now; 0 or less has passed already. */
    static Deadline in(long millis) {
        // Far beyond any use, and well below the range in which nanoTime's differences overflow.
        long bounded = Math.min(Math.max(millis, 0), TimeUnit.DAYS.toMillis(365 * 100));
        return new Deadline(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(bounded));
    }

    boolean passed() {
        return remainingNanos() <= 0;
    }

    long remainingNanos() {
        return nanoTime - System.nanoTime();
    }

    long remainingMillis() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(remainingNanos()));
    }

    /**
     * @throws LaneGraphException {@code call/interrupted} if this thread is interrupted; it stays so
     */
    static void checkInterrupt(String what) {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(what);
        }
    }

    /** For a thread that was interrupted: marks it so again. */
    static LaneGraphException interrupted(String what) {
        Thread.currentThread().interrupt();
        return new LaneGraphException(Category.INTERRUPTED, "call/interrupted", "interrupted: " + what, Map.of());
    }

    /** True if the error, or a cause of it, says that its thread was interrupted. */
    static boolean isInterrupt(Throwable error) {
        Throwable cause = error;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++, cause = cause.getCause()) {
            boolean call = cause instanceof LaneGraphException ex && ex.category() == Category.INTERRUPTED;
            if (call || cause instanceof InterruptedException || cause instanceof ClosedByInterruptException) {
                return true;
            }
        }
        return false;
    }
}
