package lanegraph.runtime;

import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lanegraph.LaneGraphException;

/**
 * Calls the listeners of a graph, one after another, on a thread of its own that lives while there is
 * something to tell.
 */
final class Events implements AutoCloseable {
    private final String graph;
    private final Consumer<GraphEvent> onEvent;
    private final Consumer<LaneGraphException> onFailure;
    private final ErrorLog errors;
    private final ExecutorService executor;

    Events(String graph, SpawnOptions options, ErrorLog errors) {
        this.graph = graph;
        this.onEvent = options.onEvent();
        this.onFailure = options.onFailure();
        this.errors = errors;
        ThreadPoolExecutor pool = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "lanegraph:" + graph + ":events");
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        this.executor = pool;
    }

    void tell(String type, Map<String, Object> data) {
        run(() -> onEvent.accept(new GraphEvent(type, graph, data)));
    }

    void tellFailure(LaneGraphException failure) {
        run(() -> onFailure.accept(failure));
    }

    private void run(Runnable call) {
        try {
            executor.execute(() -> {
                try {
                    call.run();
                } catch (Throwable error) {
                    errors.record(error); // a listener's error must not end the graph, nor be lost
                }
            });
        } catch (RejectedExecutionException ex) {
            errors.record(ex); // told after close: shown by status
        }
    }

    /** What was told is still delivered. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
