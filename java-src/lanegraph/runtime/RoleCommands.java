package lanegraph.runtime;

import java.util.Map;
import java.util.function.UnaryOperator;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.lane.LaneTx;

/**
 * What a role can be told to do, by a {@link Command}: done on the role's thread, between two messages.
 *
 * <p>{@link RoleControl} is how other threads tell it.
 */
final class RoleCommands {
    private final RoleAgent role;
    private final RoleLanes lanes;
    private final RoleLoop loop;
    private final StageUse stageUse;

    /** @param stageUse null if the role has no stage */
    RoleCommands(RoleAgent role, RoleLanes lanes, RoleLoop loop, StageUse stageUse) {
        this.role = role;
        this.lanes = lanes;
        this.loop = loop;
        this.stageUse = stageUse;
    }

    /** It moves nothing by itself until it is resumed. A result that is kept stays kept. */
    RoleTurn pause() {
        role.halt().paused(true);
        return moves(0);
    }

    /**
     * It moves messages again.
     *
     * @throws LaneGraphException {@code role/parked}
     */
    RoleTurn resume() {
        checkNotParked("resume");
        role.halt().paused(false);
        return moves(0);
    }

    /**
     * Paused, it moves up to this many messages that are there now.
     *
     * @throws LaneGraphException {@code role/not-paused}; {@code role/parked}; {@code role/failed}, which ends the
     *     role as well
     */
    RoleTurn step(long count) {
        checkNotParked("step");
        if (!role.halt().isPaused()) {
            throw refused("role/not-paused", "it is not paused; pause it first, then step it");
        }
        return moves(count);
    }

    /**
     * Parked, it does its message again, with what its stage is now, and goes on if that ends well.
     *
     * @throws LaneGraphException {@code role/not-parked}
     */
    RoleTurn retry() {
        checkParked("retry");
        role.halt().parked(null);
        return moves(1);
    }

    /**
     * Parked, it passes over its message, which counts as an error and goes to the dead letters if there are any.
     *
     * @throws LaneGraphException {@code role/not-parked}
     */
    RoleTurn skip() {
        checkParked("skip");
        role.halt().parked(null);
        stageUse.passOver(); // a role without a stage does not park
        loop.skip();
        return moves(1);
    }

    private RoleTurn moves(long count) {
        Activity activity = role.activity();
        loop.release(); // and so the counters tell what is done from here on
        long processed = activity.processed();
        long filtered = activity.filtered();
        long dropped = activity.dropped();
        long errors = activity.errors();
        long moved = role.moveNow(count);
        return new RoleTurn(role.roleName(), role.halt().state(), lanes.reads(), loop.next(), moved,
                activity.processed() - processed, activity.filtered() - filtered, activity.dropped() - dropped,
                activity.errors() - errors, loop.blockedOn(), role.halt().parked());
    }

    /**
     * This stage is used from the next message on that was not taken up yet.
     *
     * @return what puts it in place; until then nothing has changed
     */
    Command.Work<StageVersion> swap(RoleStage.Made next, UnaryOperator<Object> migrate) {
        RoleStage.Plan plan = role.stage().planSwap(next, migrate);
        return commands -> stageUse.replace(plan);
    }

    /** The function is used again that was used before the present one. */
    StageVersion rollback(UnaryOperator<Object> migrate) throws Exception {
        return stageUse.replace(role.stage().planRollback(migrate));
    }

    /**
     * Writes a value into a lane that the role writes, behind all that it has published or still keeps.
     *
     * @return false if there is no room for it
     */
    boolean inject(String lane, Object value) {
        LaneTx to = lanes.writer(lane);
        if (to == lanes.tx() && loop.keepsResult()) {
            return false; // what waits for room comes first
        }
        lanes.origin().outside(true);
        boolean accepted;
        try {
            accepted = loop.inject(to, value);
        } finally {
            lanes.origin().outside(false);
        }
        role.activity().pass(0, 0, 0, 0, 0); // moves the epoch: something is in the graph that was not
        return accepted;
    }

    private void checkNotParked(String what) {
        Parked parked = role.halt().parked();
        if (parked != null) {
            throw refused("role/parked", "it waits with the message at position " + parked.position()
                    + ", which its stage could not do; retry or skip that, instead of " + what);
        }
    }

    private void checkParked(String what) {
        if (role.halt().parked() == null) {
            throw refused("role/not-parked", "there is nothing to " + what
                    + "; it waits with no message whose stage threw, which it does only if spawned with dev = true");
        }
    }

    private LaneGraphException refused(String code, String why) {
        return new LaneGraphException(Category.CONFLICT, code, "role " + role.roleName() + ": " + why,
                Map.of("role", role.roleName()));
    }
}
