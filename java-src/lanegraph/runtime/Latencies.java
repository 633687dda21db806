package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Times messages, on the threads of any number of callers at once; messages are marked as long as there is one. Thread-safe. */
final class Latencies {
    private static final long LOOK_EACH_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Assembly assembly;
    private final Object lock = new Object();
    /** Of each caller what it has not been given yet; under the lock. */
    private final List<Queue<LatencySample>> callers = new ArrayList<>();
    /** Null while nobody asks; under the lock. */
    private Tracing tracing;

    Latencies(Assembly assembly) {
        this.assembly = assembly;
    }

    /** As {@link LaneGraph#latency}; returns early when the graph has ended. */
    LatencyResult measure(long millis, Consumer<LatencySample> onSample, BooleanSupplier ended) {
        Deadline deadline = Deadline.in(millis);
        Queue<LatencySample> own = new ConcurrentLinkedQueue<>();
        long missedBefore = begin(own).missed();
        try {
            while (true) {
                boolean over = ended.getAsBoolean() || deadline.passed(); // before the look: it is the last one
                LatencyResult result = look(over, missedBefore);
                LatencySample sample;
                while ((sample = own.poll()) != null) {
                    onSample.accept(sample);
                }
                if (over) {
                    return result;
                }
                Deadline.checkInterrupt("measuring latency");
                LockSupport.parkNanos(Math.max(1, Math.min(LOOK_EACH_NS, deadline.remainingNanos())));
            }
        } finally {
            end(own);
        }
    }

    private Tracing begin(Queue<LatencySample> caller) {
        synchronized (lock) {
            if (tracing == null) {
                tracing = new Tracing(assembly);
            }
            callers.add(caller);
            return tracing;
        }
    }

    private LatencyResult look(boolean last, long missedBefore) {
        synchronized (lock) {
            List<LatencyWaiting> waiting = last ? tracing.waiting() : List.of(); // before the samples: nothing is in neither
            tracing.look(sample -> callers.forEach(caller -> caller.add(sample)));
            return new LatencyResult(waiting, tracing.missed() - missedBefore);
        }
    }

    private void end(Queue<LatencySample> caller) {
        synchronized (lock) {
            callers.removeIf(one -> one == caller);
            if (callers.isEmpty()) {
                tracing.end();
                tracing = null;
            }
        }
    }
}
