package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.stage.StageFactory;
import lanegraph.stage.StageSource;
import org.agrona.LangUtil;

/**
 * Works on one role of a graph while it runs. Thread-safe.
 *
 * <p>Each call is a command that the role's own thread does between two messages, in the order in which they were
 * given; the caller waits for it until its deadline. All of them throw {@link LaneGraphException}: {@code graph/stopped}
 * when the role has ended, or ends before it came to the command; {@code role/busy} at the deadline, when a function
 * keeps the role's thread; {@code role/own-thread} on that thread itself, which would wait for itself; {@code
 * call/interrupted}. Unless the error says that the command has begun, it was withdrawn, and nothing has changed.
 */
public final class RoleControl {
    /** How long one waits for the answer of a command that has begun when its time is over. */
    private static final long GRACE_MS = 100;

    private final RoleAgent role;
    private final RoleThread thread;

    RoleControl(RoleAgent role, RoleThread thread) {
        this.role = role;
        this.thread = thread;
    }

    /** The role moves nothing more by itself, until it is resumed. Idempotent. */
    public RoleTurn pause(long deadlineMillis) {
        return ask("pause", deadlineMillis, RoleCommands::pause);
    }

    /**
     * The role moves messages again. Idempotent.
     *
     * @throws LaneGraphException {@code role/parked} too
     */
    public RoleTurn resume(long deadlineMillis) {
        return ask("resume", deadlineMillis, RoleCommands::resume);
    }

    /**
     * A paused role moves up to this many messages: those that it has before it now, until a lane is full.
     *
     * @throws LaneGraphException {@code role/not-paused}, {@code role/parked} too; {@code role/failed} if its stage threw
     *     and that ends the graph
     */
    public RoleTurn step(long count, long deadlineMillis) {
        return ask("step", deadlineMillis, role -> role.step(count));
    }

    /** As {@link #swap(String, Object, UnaryOperator, long)}, by the name of its class, starting fresh. */
    public StageVersion swap(Object next, long deadlineMillis) {
        return swap(next == null ? "null" : next.getClass().getName(), next, null, deadlineMillis);
    }

    /**
     * Puts another stage in place of the role's present one, or of what chooses the outputs of a router, and returns when
     * the role uses it. No message is lost, done twice or out of order: those before the position in the answer had the
     * old stage, all others have the new one. A result of the old one that waits for room stays what it is. Afterwards the old
     * stage is closed, if it is {@link AutoCloseable} and its state was not carried over; what that throws is in the answer.
     *
     * @param name what the history shows
     * @param next an object of a stage interface, a {@link StageFactory}, or a {@link StageSource}, which is followed
     * @param migrate makes the state of the next stage from that of the present one, both {@link
     *     lanegraph.stage.StateCarrier}; called on the role's thread, it must leave that state as it is, since nothing has
     *     changed if it throws; null to let the next stage start fresh
     * @throws LaneGraphException {@code role/no-stage}; {@code stage/not-a-stage}; {@code stage/no-sequence}; {@code
     *     stage/no-state}; {@code stage/shared-state}; {@code lane/by-reference} for a stage on buffers where lanes carry
     *     objects; {@code graph/codec-mismatch}; what the factory throws. Nothing has changed
     */
    public StageVersion swap(String name, Object next, UnaryOperator<Object> migrate, long deadlineMillis) {
        RoleStage stage = swappable();
        RoleStage.Made made = stage.candidate(name, next, migrate != null);
        boolean ownState = made.object() != next && migrate == null;
        try {
            stage.check(made.object());
            return ask("swap", deadlineMillis, new Command<>(agent -> agent.swap(made, migrate)));
        } catch (Throwable error) {
            boolean begun = error instanceof LaneGraphException ex && Boolean.TRUE.equals(ex.details().get("begun"));
            if (ownState && !begun && made.object() != stage.object()) { // it never came to work: closed by who made it
                List<Throwable> more = new ArrayList<>();
                Stages.closeAll(List.of(made.object()), more);
                more.forEach(error::addSuppressed);
            }
            throw error;
        }
    }

    /**
     * Puts the function back that the role's stage had before the present one, in a stage made anew: what is kept of a
     * version is its function, or its object if it has no {@code close}, and never its state. Called again it goes back further.
     * A name that is followed is followed on, from its next change.
     *
     * @param migrate as in {@link #swap(String, Object, UnaryOperator, long)}
     * @throws LaneGraphException {@code role/no-stage}; {@code role/no-version} if there is none before; {@code
     *     stage/closed} if that was one object, which is closed; {@code stage/no-state}
     */
    public StageVersion rollback(UnaryOperator<Object> migrate, long deadlineMillis) {
        swappable();
        return ask("rollback", deadlineMillis, agent -> agent.rollback(migrate));
    }

    /** The versions that the role's stage had, the oldest first; the last is in use. The latest 64 are kept. */
    public List<StageVersion> history() {
        return swappable().history();
    }

    /** The state of the role's stage, for one that can carry it; read between two messages. */
    Object state(RoleStage.Made next, long deadlineMillis) {
        return ask("rehearsal", deadlineMillis, command -> role.stage().planSwap(next, UnaryOperator.identity()).state());
    }

    /** Its stage. */
    RoleStage swappable() {
        RoleStage stage = role.stage();
        if (stage == null || stage.request() == null) {
            throw new LaneGraphException(Category.INCORRECT, "role/no-stage",
                    "role " + role.roleName() + " is a " + role.kind() + " without a stage to swap; expected a stage, or a router by"
                            + " a function",
                    Map.of("role", role.roleName()));
        }
        return stage;
    }

    /**
     * A parked role does its message again, with what its stage is now. If that ends well, it goes on behind it; if not, it is
     * parked again, as the answer tells. Results of the message that were published before one of them failed are not
     * published again. A {@link lanegraph.stage.StateCarrier} that replaces its state does it in the state before the message.
     *
     * @throws LaneGraphException {@code role/not-parked}
     */
    public RoleTurn retry(long deadlineMillis) {
        return ask("retry", deadlineMillis, RoleCommands::retry);
    }

    /**
     * A parked role passes over its message: it counts as an error, and goes to the dead-letter lane if the role has one.
     *
     * @throws LaneGraphException {@code role/not-parked}
     */
    public RoleTurn skip(long deadlineMillis) {
        return ask("skip", deadlineMillis, RoleCommands::skip);
    }

    /** Writes a value into a lane that the role writes; false if it has no room now. */
    boolean inject(String lane, Object value, long deadlineMillis) {
        return ask("inject", deadlineMillis, role -> role.inject(lane, value));
    }

    private <T> T ask(String what, long deadlineMillis, Command.Work<T> work) {
        return ask(what, deadlineMillis, new Command<>(role -> work));
    }

    private <T> T ask(String what, long deadlineMillis, Command<T> command) {
        if (Thread.currentThread() == thread.thread()) {
            throw new LaneGraphException(Category.INCORRECT, "role/own-thread",
                    "role " + role.roleName() + ": " + what + " was called on the role's own thread, which would wait for"
                            + " itself; call it on another thread",
                    Map.of("role", role.roleName()));
        }
        Deadline deadline = Deadline.in(deadlineMillis);
        role.mailbox().post(command);
        boolean interrupted = false;
        try {
            try {
                return answer(command, deadline);
            } catch (InterruptedException ex) {
                interrupted = true;
            } catch (TimeoutException ex) {
                interrupted = false;
            }
            boolean withdrawn = command.withdraw();
            if (!withdrawn && Team.await(command.answer().handle((answer, error) -> null), Deadline.in(GRACE_MS))) {
                return answer(command, deadline);
            }
            throw late(what, deadlineMillis, interrupted, !withdrawn);
        } catch (InterruptedException | TimeoutException ex) {
            throw new IllegalStateException("the answer is there", ex);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static <T> T answer(Command<T> command, Deadline deadline) throws InterruptedException, TimeoutException {
        try {
            return command.answer().get(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException ex) {
            LangUtil.rethrowUnchecked(ex.getCause());
            throw new IllegalStateException(ex); // not reached
        }
    }

    private LaneGraphException late(String what, long deadlineMillis, boolean interrupted, boolean begun) {
        RoleAgent working = thread.working();
        String name = role.roleName();
        String where = working == null
                ? ""
                : working == role ? "; its function has not returned" : "; role " + working.roleName() + " holds its thread";
        String end = begun ? "it has begun, and ends when what it called returns" : "it was withdrawn, nothing has changed";
        return new LaneGraphException(interrupted ? Category.INTERRUPTED : Category.BUSY,
                interrupted ? "call/interrupted" : "role/busy",
                "role " + name + ": " + what + (interrupted ? " was interrupted" : " was not done within deadline-ms=" + deadlineMillis)
                        + where + "; " + end,
                Map.of("role", name, "begun", begun));
    }
}
