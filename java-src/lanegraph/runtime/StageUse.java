package lanegraph.runtime;

import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import org.agrona.LangUtil;

/**
 * Lets the messages of a role go through what its stage is now: the first one, one that takes its place by a command, or
 * one that it follows. It belongs to the role's thread.
 */
final class StageUse {
    private final String role;
    private final RoleStage stage;
    private final Router router;
    private final RoleLoop loop;
    private final OwnClass.Steps steps = OwnClass.steps();
    private final ErrorLog errors;

    /** @param router whose outputs the stage chooses; null for other roles */
    StageUse(String role, RoleStage stage, Router router, RoleLoop loop, ErrorLog errors) {
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
            step = steps.of(stage.object(), loop.emission()::take, stage.follows() ? this::followed : null);
        }
        // A function of values may be slow: free its room after each message. Others take nanoseconds: after
        // each drain.
        loop.use(step, Steps.isValueStage(stage.object()));
    }

    /** True if what the stage is made from has changed: it is another one now. */
    private boolean follow() throws Exception {
        if (!stage.hasChanged()) {
            return false;
        }
        replace(stage.planFollow());
        return true;
    }

    /** Null if the stage is what it was; else the step of what it is now. */
    private Step followed() throws Exception {
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
