package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import lanegraph.graph.Topology;
import lanegraph.lane.Lane;

/** Gives back what a graph holds: endpoints, lanes, locks, its place in the end of the JVM. Thread-safe. */
final class Closing {
    private final Lifecycle life;
    private final Assembly assembly;
    private final Team team;
    private final ReentrantLock control = new ReentrantLock();
    private final Thread hook = new Thread(this::close, "lanegraph:shutdown");
    private volatile boolean closed;
    /** Completed when no lock is held any more. */
    private CompletableFuture<Void> released = CompletableFuture.completedFuture(null);

    /** @param life whose parts are there */
    Closing(Lifecycle life) {
        this.life = life;
        this.assembly = life.assembly;
        this.team = life.team;
    }

    /** True once it has begun to give back. Any thread. */
    boolean isClosed() {
        return closed;
    }

    /** From now on the end of the JVM closes the graph. */
    void atShutdown() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** As before {@link #atShutdown}. */
    void notAtShutdown() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ex) {
            // The JVM is shutting down: the hook runs, or has run.
            return;
        }
    }

    void close() {
        boolean own = team.isOwnThread();
        if (!own) {
            control.lock();
        } else if (!control.tryLock()) {
            return; // another closes it, and waits for this thread to end: to wait for that one would hold both up
        }
        try {
            if (!closed || !life.isQuiet()) { // a role that closed its graph could not wait for its own end
                life.stop(StopMode.NOW, Lifecycle.CLOSE_DEADLINE_MS);
            }
            if (!closed) {
                closed = true;
                life.closeLooking();
                giveBack();
            }
            if (!own && team.end().isDone()) { // the thread that ended last may not have come to it yet
                Team.await(released, Deadline.in(Lifecycle.CLOSE_DEADLINE_MS));
            }
        } finally {
            control.unlock();
        }
    }

    private void giveBack() {
        try {
            String why = "graph " + assembly.spec.name() + " is closed";
            Deadline deadline = Deadline.in(Lifecycle.MAX_RESERVE_MS);
            assembly.ingress.values().forEach(endpoint -> endpoint.refuse(why, deadline));
            assembly.egress.values().forEach(endpoint -> endpoint.refuse(why, deadline));
            List<CompletableFuture<Void>> lanes = assembly.lanes.values().stream().map(this::close).toList();
            released = releaseOwnership(CompletableFuture.allOf(lanes.toArray(CompletableFuture[]::new)));
        } finally {
            notAtShutdown();
            life.events.tell("closed", Map.of());
            life.end().thenRun(life.events::close); // what the last roles have to tell is still told
        }
    }

    private CompletableFuture<Void> close(Lane lane) {
        return lane.close().exceptionally(error -> {
            assembly.errors.record(error);
            return null;
        });
    }

    /**
     * A role that is stuck keeps its lock until its thread ends, and that of its journal: no successor can write
     * beside it, nor beside a thread that works on files of the lanes.
     */
    private CompletableFuture<Void> releaseOwnership(CompletableFuture<Void> lanes) {
        if (assembly.ownership == null) {
            return lanes;
        }
        List<CompletableFuture<Void>> all = new ArrayList<>(List.of(lanes));
        assembly.roles.values().forEach(role ->
                all.add(team.threadOf(role).end().thenRun(() -> told(() -> assembly.ownership.release(role.owner())))));
        for (String endpoint : assembly.spec.endpoints().keySet()) {
            String owner = Topology.endpointOwner(endpoint);
            if (assembly.roles.values().stream().noneMatch(role -> role.owner().equals(owner))) {
                told(() -> assembly.ownership.release(owner));
            }
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).thenRun(() -> told(assembly.ownership::close));
    }

    /** What fails when a lock is freed holds up no other, and is an error of the graph. */
    private void told(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException ex) {
            assembly.errors.record(ex);
        }
    }
}
