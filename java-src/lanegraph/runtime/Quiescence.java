package lanegraph.runtime;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;

/** Waits until a running graph has nothing left to do. */
final class Quiescence {
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long IDLE_POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long EMPTY_POLL_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Assembly assembly;

    Quiescence(Assembly assembly) {
        this.assembly = assembly;
    }

    /**
     * Returns when no role is active, no lane that a role reads holds a message, and nothing has moved for 20
     * ms. If meanwhile only halted roles stand in the way, that is told without waiting for the end of the time.
     *
     * @param check called before each look; throws when the graph no longer runs
     * @throws LaneGraphException {@code graph/not-idle}; {@code call/interrupted}; what the check throws
     */
    void awaitIdle(long timeoutMillis, Runnable check) {
        Deadline deadline = Deadline.in(timeoutMillis);
        long epoch = assembly.standing.epoch();
        long since = System.nanoTime();
        while (true) {
            check.run();
            List<String> active = assembly.standing.activeRoles();
            SortedMap<String, Integer> remaining = assembly.standing.remaining();
            long now = assembly.standing.epoch();
            boolean idle = active.isEmpty() && remaining.isEmpty();
            List<String> heldUpBy = idle ? List.of() : assembly.standing.heldUpBy();
            if (now != epoch || !idle && heldUpBy.isEmpty()) {
                epoch = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since >= QUIET_NS) {
                if (idle) {
                    return;
                }
                throw notIdle(timeoutMillis, active, now, remaining, heldUpBy);
            }
            if (deadline.passed()) {
                throw notIdle(timeoutMillis, active, now, remaining, assembly.standing.halted());
            }
            Deadline.checkInterrupt("await-idle of graph " + assembly.spec.name());
            LockSupport.parkNanos(IDLE_POLL_NS);
        }
    }

    private LaneGraphException notIdle(
            long timeoutMillis,
            List<String> active,
            long epoch,
            SortedMap<String, Integer> remaining,
            List<String> halted) {
        return new LaneGraphException(Category.UNAVAILABLE, "graph/not-idle",
                "graph " + assembly.spec.name() + " was not idle within timeout-ms=" + timeoutMillis
                        + ": active-roles=" + active + " progress-epoch=" + epoch + " remaining=" + remaining
                        + (halted.isEmpty() ? "" : " halted=" + halted + ": resume, retry or skip them"),
                Map.of("timeout-ms", timeoutMillis, "active-roles", active, "progress-epoch", epoch,
                        "remaining", remaining, "halted", halted));
    }

    /**
     * Returns when every lane that a role reads is empty, or at the deadline. An interrupt of the caller is
     * kept for later.
     *
     * @param goOn looked at between two looks; false ends the wait
     */
    void awaitEmpty(Deadline deadline, BooleanSupplier goOn) {
        boolean interrupted = false;
        while (!isEmpty() && goOn.getAsBoolean() && !deadline.passed()) {
            LockSupport.parkNanos(EMPTY_POLL_NS);
            interrupted |= Thread.interrupted(); // else the next park would not wait
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * True if all the lanes were empty at one instant. They are looked at one after another, and a message
     * may pass from one not yet looked at to one that was. But a role moves its epoch before it frees a
     * message that it has passed on: so if no epoch moved, no message did.
     */
    private boolean isEmpty() {
        long epoch = assembly.standing.epoch();
        return assembly.standing.remaining().isEmpty() && assembly.standing.epoch() == epoch;
    }
}
