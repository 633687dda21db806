package lanegraph.runtime;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
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
        return ask("pause", deadlineMillis, RoleAgent::pause);
    }

    /**
     * The role moves messages again. Idempotent.
     *
     * @throws LaneGraphException {@code role/parked} too
     */
    public RoleTurn resume(long deadlineMillis) {
        return ask("resume", deadlineMillis, RoleAgent::resume);
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
