package lanegraph.runtime;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** How busy roles are, found by looking at them again and again. */
final class Busy {
    private static final long LOOK_EACH_NS = 1_000_000;

    private Busy() {}

    /**
     * Looks at the roles about once a millisecond, for so long, on the caller's thread.
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
            LockSupport.parkNanos(LOOK_EACH_NS);
            Deadline.checkInterrupt("measuring how busy roles are");
        } while (!deadline.passed());
        double all = looks;
        shares.replaceAll((role, found) -> found / all);
        return shares;
    }
}
