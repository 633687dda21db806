package lanegraph.runtime;

import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.stage.StateCarrier;
import org.agrona.LangUtil;

/**
 * Lets the messages of a role go through what its stage is now: the first one, one that takes its place by a command, or
 * one that it follows. It belongs to the role's thread.
 */
final class StageUse implements StageStep.Change {
    private final String role;
    private final RoleStage stage;
    private final Router router;
    private final RoleLoop loop;
    private final RoleClasses.Steps steps = RoleClasses.steps();
    private final ErrorLog errors;
    private final boolean parks;
    /** The state before the message at this position; -1 if there is none to go back to. */
    private long undoableAt = -1;
    private Object before;
    /** The stage that a message was taken back from, which may still be passed over, and its state with it; or null. */
    private StateCarrier undone;
    private Object after;

    /**
     * @param router whose outputs the stage chooses; null for other roles
     * @param parks true if a message that fails waits to be done again
     */
    StageUse(String role, RoleStage stage, Router router, RoleLoop loop, boolean parks, ErrorLog errors) {
        this.parks = parks;
        this.role = role;
        this.stage = stage;
        this.router = router;
        this.loop = loop;
        this.errors = errors;
        stage.beginsAt(loop.next());
        use();
    }

    /** From now on messages go through what the stage is now. */
    private void use() {
        Step step = loop.step();
        if (router instanceof PickRouter pick) {
            PickRouter.Pick by = Routers.by(role, pick.names(), stage.object());
            pick.pickBy(stage.follows() ? in -> follow() ? pick.pick(in) : by.pick(in) : by);
        } else {
            step = steps.of(stage.object(), loop.emission()::take, stage.follows() ? this : null);
            if (parks && stage.object() instanceof StateCarrier carrier && carrier.replacesState()) {
                step = undoable(step, carrier);
            }
        }
        // A function of values may be slow: free its room after each message. Others take nanoseconds: after
        // each drain.
        loop.use(step, Steps.isValueStage(stage.object()));
    }

    private Step undoable(Step step, StateCarrier carrier) {
        return (rx, tx) -> {
            before = carrier.state();
            undoableAt = rx.position();
            return step.apply(rx, tx);
        };
    }

    /**
     * The role parks with the message at this position. The function may have had it, as where its result does not fit into
     * the lane: what it made of its state is taken back, so that it does not count twice if it is done again.
     */
    void undo(long position) {
        undone = undoableAt == position ? (StateCarrier) stage.object() : null;
        if (undone != null) {
            after = undone.state();
            undone.restore(before);
        }
        undoableAt = -1;
    }

    /**
     * The message with which the role was parked is passed over: as where on-error says so, and as a state is rebuilt, the
     * function has had it.
     */
    void passOver() {
        if (undone != null && undone == stage.object()) {
            undone.restore(after);
        }
    }

    @Override
    public boolean isThere() {
        return stage.hasChanged();
    }

    /** True if what the stage is made from has changed: it is another one now. */
    private boolean follow() throws Exception {
        if (!stage.hasChanged()) {
            return false;
        }
        replace(stage.planFollow());
        return true;
    }

    @Override
    public Step next() throws Exception {
        return follow() ? loop.step() : null;
    }

    /** Between two messages, of which none waits: status tells the new version before the next one comes. */
    void followIdle() {
        if (!stage.mayFollow()) {
            return;
        }
        try {
            follow();
        } catch (Throwable error) {
            if (ErrorRule.isFatal(error)) {
                LangUtil.rethrowUnchecked(error);
            }
            // Else the next message meets it, and on-error tells what then happens.
        }
    }

    /** Puts the planned stage in place of the present one, from the next message on that was not taken up yet. */
    StageVersion replace(RoleStage.Plan plan) {
        StageVersion version = stage.replace(plan, loop.next(), errors);
        undoableAt = -1; // that state was another's
        use();
        return version;
    }

    /** Closes the stage, if it can be closed. */
    void close() {
        if (stage.object() instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Throwable ex) { // an error too: other roles are yet to be closed
                throw new LaneGraphException(Category.FAULT, "role/close-failed",
                        "role " + role + ": closing its stage failed: " + ex, Map.of("role", role), ex);
            }
        }
    }
}
