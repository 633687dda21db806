package lanegraph.region;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lanegraph.LaneGraphException;

/**
 * Held by a process while it makes the files of a directory, or finds out what is in them. Of twenty that start at once
 * the first makes them; nobody sees a half of what belongs together: lanes, the readers of a journal, the control file. It
 * comes after the locks of roles and endpoints, so that nobody who has it waits for one of these.
 */
public final class StartLock implements AutoCloseable {
    private static final String OWNER = "start";
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Ownership lock;

    private StartLock(Ownership lock) {
        this.lock = lock;
    }

    /**
     * Waits for it; nothing to wait for without a directory.
     *
     * @param who says to others what it is held for
     * @throws LaneGraphException {@code role/owned} when another has it for half a minute: one that was stopped, perhaps;
     *     {@code call/interrupted}; those of files as {@link Ownership#take}
     */
    public static StartLock take(Path dir, String who) {
        if (dir == null) {
            return new StartLock(null);
        }
        long began = System.nanoTime();
        while (true) {
            try {
                return new StartLock(Ownership.take(dir, Set.of(OWNER), who));
            } catch (LaneGraphException ex) {
                if (!ex.code().equals("role/owned") || System.nanoTime() - began > PATIENCE_NS) {
                    throw ex;
                }
            }
            if (Thread.currentThread().isInterrupted()) {
                throw Refusal.interrupted(who + ", while another started in " + dir);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /** The lock file goes with it, and a directory in which nothing was made. */
    @Override
    public void close() {
        if (lock != null) {
            lock.abandon();
        }
    }
}
