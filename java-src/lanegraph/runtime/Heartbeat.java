package lanegraph.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Tells the states of a process's roles ten times a second, and a last time when it is closed. */
final class Heartbeat implements AutoCloseable {
    private static final long EACH_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long CLOSE_MS = 1_000;

    private final Runnable tell;
    private final Thread thread;
    private volatile boolean closed;

    Heartbeat(String graph, Runnable tell) {
        this.tell = tell;
        this.thread = new Thread(this::run, "lanegraph:" + graph + ":heartbeat");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    private void run() {
        while (!closed) {
            tell.run();
            LockSupport.parkNanos(EACH_NS);
        }
        tell.run();
    }

    /** Returns when the last word is said. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        boolean interrupted = Thread.interrupted();
        try {
            TimeUnit.MILLISECONDS.timedJoin(thread, CLOSE_MS);
        } catch (InterruptedException ex) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
