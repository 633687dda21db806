package lanegraph.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Tells the states of a process's roles ten times a second, and a last time when it is closed. */
final class Heartbeat implements AutoCloseable {
    private static final long EACH_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long CLOSE_MS = 1_000;

    private final Runnable tell;
    private final Consumer<Throwable> onError;
    private final Thread thread;
    private volatile boolean closed;

    /** @param onError told what goes wrong, be it that a file was cut short: the next time may go well */
    Heartbeat(String graph, Runnable tell, Consumer<Throwable> onError) {
        this.tell = tell;
        this.onError = onError;
        this.thread = new Thread(this::run, "lanegraph:" + graph + ":heartbeat");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    private void run() {
        while (!closed) {
            guarded();
            LockSupport.parkNanos(EACH_NS);
        }
        guarded();
    }

    private void guarded() {
        try {
            tell.run();
        } catch (Throwable ex) { // else nobody would repair a lane any more
            onError.accept(ex);
        }
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
