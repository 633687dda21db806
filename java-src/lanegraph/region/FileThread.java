package lanegraph.region;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The one thread, {@code lanegraph:files}, that opens and closes the files of lanes and locks.
 *
 * <p>Why: an interrupt of a thread that uses a channel closes the channel, and closing any descriptor of a
 * lock file frees the process's lock on it. Nobody has this thread to interrupt it, and what it does it does
 * one after the other. It is a daemon and ends when it had nothing to do for ten seconds.
 *
 * <p>Thread-safe. A caller that is interrupted while it waits goes on waiting until the work is done, so that
 * no lock or file is left that nobody knows of; it finds its interrupt flag set afterwards.
 */
final class FileThread {
    private static final ThreadPoolExecutor EXECUTOR = executor();

    /** Work on files. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    private FileThread() {}

    private static ThreadPoolExecutor executor() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent(); // the caller's own group may be interrupted as a whole
        }
        final ThreadGroup root = group;
        final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), work -> {
                    final Thread thread = new Thread(root, work, "lanegraph:files", 0, false);
                    thread.setDaemon(true);
                    thread.setContextClassLoader(null); // the first caller's classes may be unloaded
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * What the work returns. What it throws is thrown here, with the caller's stack below its own; an
     * IOException that the work did not explain becomes {@code region/io}.
     */
    static <T> T call(final Work<T> work) {
        final FutureTask<T> task = new FutureTask<>(work::run);
        EXECUTOR.execute(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (final InterruptedException ex) {
                    interrupted = true;
                }
            }
        } catch (final ExecutionException ex) {
            throw rethrown(ex.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(final Throwable cause) {
        if (cause instanceof IOException) {
            return Refusal.io(null, (IOException) cause);
        }
        final StackTraceElement[] here = Thread.currentThread().getStackTrace();
        cause.setStackTrace(Stream.concat(Stream.of(cause.getStackTrace()), Stream.of(here).skip(3))
                .toArray(StackTraceElement[]::new));
        if (cause instanceof Error) {
            throw (Error) cause;
        }
        return (RuntimeException) cause;
    }
}
