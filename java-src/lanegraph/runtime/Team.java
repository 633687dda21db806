package lanegraph.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import lanegraph.LaneGraphException;
import lanegraph.graph.Idle;
import lanegraph.graph.RoleSpec;

/** The threads of a graph: which roles share one, how they start together and end. */
final class Team {
    private static final long POLL_MS = 10;
    private static final long GRACE_MS = 200;

    private final List<RoleThread> threads = new ArrayList<>();
    private final Map<RoleAgent, RoleThread> threadOf = new HashMap<>();
    private final CountDownLatch ready;
    private final CountDownLatch go = new CountDownLatch(1);
    private volatile boolean interrupted;

    /** @param onFailure told, on a role's thread, that the role failed */
    Team(Assembly assembly, BiConsumer<RoleAgent, Throwable> onFailure) {
        SortedMap<String, List<RoleAgent>> groups = new TreeMap<>();
        assembly.roles.values().forEach(role ->
                groups.computeIfAbsent(group(assembly, role), key -> new ArrayList<>()).add(role));
        ready = new CountDownLatch(groups.size());
        int threads = groups.size() + elsewhere(assembly);
        groups.forEach((group, roles) -> {
            RoleThread thread = new RoleThread("lanegraph:" + assembly.spec.name() + ":" + group, roles,
                    IdleStrategies.of(idle(assembly, roles), threads), assembly::init, ready, go,
                    assembly::isStopping, onFailure);
            this.threads.add(thread);
            roles.forEach(role -> threadOf.put(role, thread));
        });
    }

    /** How many threads want a core beside those here: who writes or reads an endpoint, and roles in other processes. */
    private static int elsewhere(Assembly assembly) {
        int endpoints = assembly.spec.endpoints().size() - assembly.options.consumers().size();
        long roles = assembly.spec.roles().keySet().stream().filter(name -> !assembly.roles.containsKey(name)).count();
        return endpoints + (int) roles;
    }

    private static String group(Assembly assembly, RoleAgent role) {
        RoleSpec spec = assembly.spec.roles().get(role.roleName());
        if (spec == null) {
            return role.roleName(); // a consumer may block: it never shares
        }
        if (spec.thread() != null) {
            return "group/" + spec.thread();
        }
        return assembly.options.threads() == Threads.SHARED ? "*" : role.roleName();
    }

    /** The first role of a thread that names an idle strategy decides; else the options; else the graph. */
    private static Idle idle(Assembly assembly, List<RoleAgent> roles) {
        return roles.stream()
                .map(role -> assembly.spec.roles().get(role.roleName()))
                .filter(Objects::nonNull)
                .map(RoleSpec::idle)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(assembly.options.idle() != null ? assembly.options.idle() : assembly.spec.idle());
    }

    int size() {
        return threads.size();
    }

    /**
     * Starts the threads; returns when each has run its inits, or when one has failed and the others have had
     * a moment to tell the same.
     *
     * @param failed true once an init has failed
     * @throws LaneGraphException {@code call/interrupted}
     */
    void start(BooleanSupplier failed) {
        threads.forEach(RoleThread::start);
        Deadline grace = null;
        try {
            while (!ready.await(POLL_MS, TimeUnit.MILLISECONDS)) {
                if (failed.getAsBoolean()) {
                    grace = grace == null ? Deadline.in(GRACE_MS) : grace;
                    if (grace.passed()) {
                        return;
                    }
                }
            }
        } catch (InterruptedException ex) {
            throw Deadline.interrupted("spawn, while roles were starting");
        }
    }

    /** Closes the roles of threads that could not be started, so that these have ended too. */
    void closeUnstarted() {
        threads.forEach(RoleThread::closeUnstarted);
    }

    /** Lets the roles run. */
    void go() {
        go.countDown();
    }

    CompletableFuture<Void> end() {
        return CompletableFuture.allOf(threads.stream().map(RoleThread::end).toArray(CompletableFuture[]::new));
    }

    /**
     * Waits for all threads to end; true if they have, and then, as far as there is time, they are gone as well. An
     * interrupt of the caller is kept for later.
     */
    boolean awaitEnd(Deadline deadline) {
        if (!await(end(), deadline)) {
            return false;
        }
        try {
            for (RoleThread thread : threads) {
                thread.awaitGone(deadline);
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt(); // they have ended all the same
        }
        return true;
    }

    /** Waits for an end; true if it came. An interrupt of the caller is kept for later. */
    static boolean await(CompletableFuture<Void> end, Deadline deadline) {
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    end.get(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException ex) {
                    wasInterrupted = true;
                } catch (TimeoutException ex) {
                    return false;
                } catch (ExecutionException ex) {
                    throw new IllegalStateException("ends never complete exceptionally", ex);
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Interrupts the threads that live, for functions that wait. */
    void interrupt() {
        interrupted = true;
        threads.stream().filter(thread -> !thread.end().isDone()).forEach(thread -> thread.thread().interrupt());
    }

    /**
     * True if the stop itself brought a role's error about: a handle that was closed, or a function that was
     * interrupted.
     */
    boolean hasCaused(Throwable error) {
        if (interrupted && Deadline.isInterrupt(error)) {
            return true;
        }
        Throwable cause = error;
        for (int i = 0; i < Deadline.MAX_CAUSES && cause != null; i++, cause = cause.getCause()) {
            if (cause instanceof LaneGraphException ex && ex.code().equals("lane/closed")) {
                return true;
            }
        }
        return false;
    }

    /**
     * The roles whose code runs on though their thread should have ended. They can publish nothing after
     * this.
     */
    List<String> cutOff() {
        List<String> stuck = new ArrayList<>();
        for (RoleThread thread : threads) {
            if (!thread.end().isDone()) {
                thread.roles().forEach(RoleAgent::closeHandles);
                RoleAgent working = thread.working();
                if (working != null) {
                    stuck.add(working.roleName());
                }
            }
        }
        return stuck;
    }

    RoleThread threadOf(RoleAgent role) {
        return threadOf.get(role);
    }

    boolean isOwnThread() {
        return threads.stream().anyMatch(thread -> thread.thread() == Thread.currentThread());
    }
}
