package lanegraph.runtime;

import java.util.Map;
import java.util.function.LongConsumer;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.OnError;
import lanegraph.lane.LaneRx;

/**
 * What becomes of a message whose step, or the publishing of its result, threw: the role parks with it, or ends, or goes
 * on without it. It belongs to the role's thread.
 */
final class ErrorRule {
    private final String role;
    private final OnError onError;
    private final boolean parks;
    private final ErrorLog log;
    private final Mailbox mailbox;
    private final Halt halt;
    private LongConsumer undo = position -> {};

    /** @param parks true if a message waits to be retried or skipped, whatever on-error says */
    ErrorRule(String role, OnError onError, boolean parks, ErrorLog log, Mailbox mailbox, Halt halt) {
        this.role = role;
        this.onError = onError;
        this.parks = parks;
        this.log = log;
        this.mailbox = mailbox;
        this.halt = halt;
    }

    /** Has this called with the position of each message with which the role parks: it will be done again, or passed over. */
    void undoBy(LongConsumer undoing) {
        undo = undoing;
    }

    /** True if the role shall wait with the message for somebody who says what to do. */
    boolean parks(Throwable error) {
        return parks && !isInterrupted(error) && !isFatal(error);
    }

    /** True if, as it does not park, the role shall end. */
    boolean ends(Throwable error) {
        return onError instanceof OnError.Stop || isFatal(error) || isInterrupted(error);
    }

    /** A stop interrupts a function that waits: its message is not at fault, and stays. */
    private boolean isInterrupted(Throwable error) {
        return mailbox.isStopping() && Deadline.isInterrupt(error);
    }

    /**
     * True if going on would hide a broken JVM, use a handle whose graph was closed, or blame a message for a lane whose
     * files are damaged, cut short (the JVM's internal error) or have no space.
     */
    static boolean isFatal(Throwable error) {
        return error instanceof OutOfMemoryError
                || error instanceof InternalError
                || error instanceof LinkageError
                || error instanceof LaneGraphException ex && isOfLane(ex.code());
    }

    private static boolean isOfLane(String code) {
        return code.equals("lane/closed") || code.startsWith("journal/") || code.startsWith("region/");
    }

    /** Leaves the message where it is, so that nothing moves until somebody says what to do with it. */
    void park(Throwable error, String lane, LaneRx rx) {
        record(error);
        undo.accept(rx.position());
        halt.parked(new Parked(role, lane, rx.position(), value(rx), error, System.currentTimeMillis()));
        mailbox.alert(); // it is looked at before the next message
    }

    private static Object value(LaneRx rx) {
        try {
            return rx.value();
        } catch (RuntimeException ex) { // its codec cannot read it: then that is what the error says
            return null;
        }
    }

    /** What the role ends with. */
    LaneGraphException end(Throwable error, long position) {
        return new LaneGraphException(Category.FAULT, "role/failed",
                "role " + role + ": stage error at position " + position + ": " + error,
                Map.of("role", role, "position", position), error);
    }

    /** Notes an error after which the role goes on. */
    void record(Throwable error) {
        log.record(error);
    }
}
