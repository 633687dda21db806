package lanegraph.runtime;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** How the roles of a graph are brought to their end, by a deadline. Thread-safe. */
final class Stopping {
    private final Lifecycle life;
    private final Assembly assembly;
    private final Team team;
    private volatile List<String> stuck = List.of();

    /** @param life whose parts are there */
    Stopping(Lifecycle life) {
        this.life = life;
        this.assembly = life.assembly;
        this.team = life.team;
    }

    /** As {@link LaneGraph#stop} says. */
    StopResult stop(StopMode mode, long deadlineMillis) {
        Deadline deadline = Deadline.in(deadlineMillis);
        long reserve = Math.min(Lifecycle.MAX_RESERVE_MS, Math.max(0, deadlineMillis) / 4);
        // A call that is inside is waited for, for a drain shall let out all that was accepted.
        refuseIngress("graph " + assembly.spec.name() + " was stopped",
                mode == StopMode.DRAIN ? Deadline.in(deadline.remainingMillis() - reserve) : Deadline.in(reserve / 2));
        if (mode == StopMode.DRAIN && !team.isOwnThread()) {
            life.moveTo(State.DRAINING, State.RUNNING);
            new Quiescence(assembly).awaitEmpty(Deadline.in(deadline.remainingMillis() - reserve),
                    () -> life.state() == State.DRAINING);
        }
        life.moveTo(State.STOPPING, State.RUNNING, State.DRAINING);
        assembly.stop();
        if (!team.isOwnThread()) {
            awaitEnd(deadline, reserve);
        }
        SortedMap<String, Integer> remaining = assembly.standing.remaining();
        return new StopResult(life.state(), remaining.isEmpty(), remaining, stuck, assembly.standing.halted(),
                life.failures.byRole());
    }

    /** Waits for the roles, which are stopping; interrupts shortly before the deadline, then cuts off. */
    void awaitEnd(Deadline deadline, long reserve) {
        boolean over = team.awaitEnd(Deadline.in(deadline.remainingMillis() - reserve / 2));
        if (!over) {
            team.interrupt();
            over = team.awaitEnd(deadline);
        }
        if (over) {
            stuck = List.of();
            life.ended(); // the thread that ended last may not have come to it yet
        } else {
            cutOff();
        }
    }

    private void cutOff() {
        List<String> names = team.cutOff();
        stuck = names;
        life.becomeQuiet();
        if (!names.isEmpty()) {
            life.events.tell("stuck", Map.of("roles", names));
        }
        life.moveTo(State.STOPPED, State.STOPPING);
    }

    /** From now on the endpoints take nothing in; waits for calls that are inside. */
    void refuseIngress(String why, Deadline deadline) {
        assembly.ingress.values().forEach(endpoint -> endpoint.refuse(why, deadline));
    }
}
