package lanegraph.runtime;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** How busy roles are, found by looking at them again and again. */
final class Busy {
    /** Each look wakes a thread, some 40 µs of a core, so 100 a second cost 0.4 % of one; they tell a share to about 0.05. */
    private static final long LOOK_EACH_NS = 10_000_000;

    private Busy() {}

    /**
     * Looks at the roles about every 10 ms, for so long, on the caller's thread; at random moments, so that work which comes
     * at a steady beat is not always met at the same point of it.
     *
     * @param atWork by role, whether it is at work now
     * @return by role, the share of the looks, 0 to 1, at which it was at work
     * @throws lanegraph.LaneGraphException {@code call/interrupted}
     */
    static SortedMap<String, Double> shares(Map<String, BooleanSupplier> atWork, long millis) {
        SortedMap<String, Double> shares = new TreeMap<>();
        atWork.keySet().forEach(role -> shares.put(role, 0.0));
        Deadline deadline = Deadline.in(millis);
        int looks = 0;
        do {
            atWork.forEach((role, now) -> shares.merge(role, now.getAsBoolean() ? 1.0 : 0.0, Double::sum));
            looks++;
            long pause = LOOK_EACH_NS / 2 + ThreadLocalRandom.current().nextLong(LOOK_EACH_NS);
            LockSupport.parkNanos(Math.min(pause, Math.max(0, deadline.remainingNanos())));
            Deadline.checkInterrupt("measuring how busy roles are");
        } while (!deadline.passed());
        double all = looks;
        shares.replaceAll((role, found) -> found / all);
        return shares;
    }
}
