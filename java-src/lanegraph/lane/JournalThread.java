package lanegraph.lane;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread {@code lanegraph:journal:<lane>} of a journal that is written: it makes segments ready, removes
 * old ones and forces to the disk. A daemon; nobody has it to interrupt it. It ends when it had nothing to do
 * for a while.
 */
final class JournalThread implements Executor, Stamps.Later {
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final ScheduledThreadPoolExecutor executor;

    JournalThread(String lane) {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent(); // the caller's own group may be interrupted as a whole
        }
        ThreadGroup root = group;
        executor = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(root, work, "lanegraph:journal:" + lane, 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // the first caller's classes may be unloaded
            return thread;
        }) {
            @Override
            protected void terminated() {
                end.complete(null);
            }
        };
        executor.setKeepAliveTime(1, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable work) {
        executor.execute(work);
    }

    @Override
    public void after(long millis, Runnable work) {
        executor.schedule(work, millis, TimeUnit.MILLISECONDS);
    }

    /** Runs the work each time that this many milliseconds have passed since its last end. */
    void every(long millis, Runnable work) {
        executor.scheduleWithFixedDelay(work, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** What the thread has met, to be thrown in another one, which is told by it of what it waits for in vain. */
    static RuntimeException thrown(Throwable met) {
        if (met instanceof Error error) {
            throw error;
        }
        return (RuntimeException) met;
    }

    boolean isClosed() {
        return executor.isShutdown();
    }

    /** Takes no more work; completed when what was taken is done. */
    CompletableFuture<Void> close() {
        executor.shutdown();
        return end;
    }
}
