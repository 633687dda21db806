package lanegraph.runtime;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.lane.LaneHandle;

/**
 * Where code outside meets a graph. A lane has one cell for an endpoint, so one handle at a time: the
 * endpoint's own, under a lock that any thread may take, or the bare one, lent to one owner. Thread-safe.
 */
abstract class Endpoint<H extends LaneHandle> {
    final String name;
    private final Supplier<H> opener;
    private final Supplier<Activity> tells;
    /** Held while a handle is used, and so while a codec runs, which is user code and may hang. */
    final ReentrantLock lock = new ReentrantLock();
    private volatile H own;
    private volatile H lent;
    private volatile boolean roles;
    private volatile String refusal;
    private volatile Consumer<? super H> onOpen = handle -> {};
    /** Under the lock. Null where nobody could see it. */
    private Activity activity;

    /**
     * @param opener makes a handle; called again only when the one before is closed
     * @param tells where its messages are counted, asked once a handle is there; gives null where they are not
     */
    Endpoint(String name, Supplier<H> opener, Supplier<Activity> tells) {
        this.name = name;
        this.opener = opener;
        this.tells = tells;
    }

    /** The bare handle, for one owner, until it is closed. */
    final H lend() {
        lock.lock();
        try {
            checkOpen();
            checkNotLent();
            if (own != null) {
                own.close();
                own = null;
            }
            lent = opener.get();
            opened(lent);
            return lent;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The bare handle, for a role of the graph. A refusal leaves it open: the role ends by itself, and what
     * it has passed until then must be released.
     */
    final H lendToRole() {
        roles = true;
        return lend();
    }

    /** The endpoint's own handle; only under the lock. */
    final H own() {
        checkOpen();
        if (own == null) {
            checkNotLent();
            own = opener.get();
            activity = tells.get();
            opened(own);
        }
        return own;
    }

    /** Counts messages of its own handle, for those who look from other processes; only under the lock. */
    final void count(int messages) {
        if (messages > 0 && activity != null) {
            activity.pass(messages, 0, 0, 0, 0);
        }
    }

    /**
     * From now on every use is refused, also of the bare handle; the text says why. A call that is inside
     * already may end well; it is waited for, so that nothing comes into the lane after this, but only until
     * the deadline: its codec may hang. It then finds its handle closed.
     */
    final void refuse(String why, Deadline deadline) {
        refusal = why; // before the lock: no other call comes in meanwhile
        boolean locked = tryLock(deadline);
        try {
            H first = own;
            if (first != null) {
                first.close();
            }
            H second = lent;
            if (second != null && !roles) {
                second.close();
            }
        } finally {
            if (locked) {
                lock.unlock();
            }
        }
    }

    /** An interrupt of the caller is kept for later. */
    private boolean tryLock(Deadline deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return lock.tryLock(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException ex) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Does this with the handles that are there and, until the next call, with each that is opened. Any thread. */
    final void each(Consumer<? super H> action) {
        onOpen = action; // before the looks: who opens a handle now sees it
        H first = own;
        if (first != null) {
            action.accept(first);
        }
        H second = lent;
        if (second != null) {
            action.accept(second);
        }
    }

    /** On each handle that is new. A refusal that did not get the lock may have come before it was there to be closed. */
    private void opened(H handle) {
        onOpen.accept(handle);
        if (refusal != null) {
            handle.close();
        }
    }

    /** What a call throws whose handle was closed while it ran. */
    final LaneGraphException explained(LaneGraphException ex) {
        if (refusal != null && ex.code().equals("lane/closed")) {
            LaneGraphException refused = refused();
            refused.addSuppressed(ex);
            return refused;
        }
        return ex;
    }

    private void checkOpen() {
        if (refusal != null) {
            throw refused();
        }
    }

    private LaneGraphException refused() {
        return new LaneGraphException(Category.UNAVAILABLE, "graph/stopped",
                "endpoint " + name + ": " + refusal + "; spawn the graph, or attach to it, again to go on", Map.of("endpoint", name));
    }

    private void checkNotLent() {
        if (lent != null && !lent.isClosed()) {
            throw new LaneGraphException(Category.CONFLICT, "endpoint/taken",
                    "endpoint " + name + ": its bare handle was given out, or it has a consumer;"
                            + " use that, or close the handle first",
                    Map.of("endpoint", name));
        }
    }
}
