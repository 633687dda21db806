package lanegraph.runtime;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;

/** The thread of one role, or of a group of roles: init, ready, wait for the others, loop, close. */
final class RoleThread implements Runnable {
    private final Thread thread;
    private final List<RoleAgent> roles;
    private final IdleStrategy idle;
    private final ThreadInit init;
    private final CountDownLatch ready;
    private final CountDownLatch go;
    private final BooleanSupplier stopping;
    private final BiConsumer<RoleAgent, Throwable> onFailure;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile RoleAgent working;

    /** @param onFailure told, on the role's thread, that a role's init, loop or close threw: it has ended */
    RoleThread(
            String name,
            List<RoleAgent> roles,
            IdleStrategy idle,
            ThreadInit init,
            CountDownLatch ready,
            CountDownLatch go,
            BooleanSupplier stopping,
            BiConsumer<RoleAgent, Throwable> onFailure) {
        this.roles = roles;
        this.idle = idle;
        this.init = init;
        this.ready = ready;
        this.go = go;
        this.stopping = stopping;
        this.onFailure = onFailure;
        this.thread = new Thread(this, name);
        this.thread.setDaemon(true); // a program may end without closing its graphs; the shutdown hook stops them
    }

    void start() {
        thread.start();
    }

    Thread thread() {
        return thread;
    }

    List<RoleAgent> roles() {
        return roles;
    }

    /** Completed, on the role's thread, when it will touch no lane again. */
    CompletableFuture<Void> end() {
        return end;
    }

    /** Waits until the thread itself is gone, which it is a moment after its end; at most to the deadline. */
    void awaitGone(Deadline deadline) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, deadline.remainingNanos());
    }

    /** The role whose code the thread runs now, or null. */
    RoleAgent working() {
        return working;
    }

    @Override
    public void run() {
        try {
            if (initAll()) {
                loop();
            }
        } finally {
            close();
        }
    }

    /** For a thread that could not be started: its roles are closed all the same. */
    void closeUnstarted() {
        if (thread.getState() == Thread.State.NEW) {
            close();
        }
    }

    private void close() {
        // A stop may have interrupted a function that kept the mark: what a stage writes when it is closed
        // must not fail of that. From now on the mark means that the closing itself takes too long.
        if (Thread.currentThread() == thread) {
            Thread.interrupted();
        }
        try {
            for (RoleAgent role : roles) {
                guarded(role, role::onClose);
            }
        } finally { // whatever the listener threw: others wait for this
            working = null;
            end.complete(null);
        }
    }

    private boolean initAll() {
        boolean fine = true;
        for (RoleAgent role : roles) {
            fine &= guarded(role, () -> init.init(role.roleName(), role.kind()));
        }
        ready.countDown();
        try {
            go.await();
        } catch (InterruptedException ex) { // only a stop interrupts role threads
            return false;
        }
        return fine;
    }

    private void loop() {
        int size = roles.size();
        while (!stopping.getAsBoolean()) {
            int work = 0;
            for (int i = 0; i < size; i++) { // by index: an iterator would be an object for each pass
                RoleAgent role = roles.get(i);
                working = role;
                try {
                    work += role.doWork();
                } catch (Throwable error) {
                    onFailure.accept(role, error);
                    return;
                }
            }
            working = null;
            idle.idle(work);
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private boolean guarded(RoleAgent role, Action action) {
        working = role;
        try {
            action.run();
            return true;
        } catch (Throwable error) {
            onFailure.accept(role, error);
            return false;
        }
    }
}
