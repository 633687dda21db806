package lanegraph.runtime;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What becomes of a heartbeat of which the first fails. */
public final class HeartbeatProbe {
    private HeartbeatProbe() {}

    /** What was told of it, if there were two more within ten seconds; else null. */
    public static List<Throwable> told(Error first) throws InterruptedException {
        List<Throwable> told = new CopyOnWriteArrayList<>();
        CountDownLatch more = new CountDownLatch(3);
        Heartbeat heartbeat = new Heartbeat("probe", () -> {
            more.countDown();
            if (more.getCount() == 2) {
                throw first;
            }
        }, told::add);
        try (heartbeat) {
            return more.await(10, TimeUnit.SECONDS) ? told : null;
        }
    }
}
