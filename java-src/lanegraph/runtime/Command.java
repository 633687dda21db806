package lanegraph.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import lanegraph.LaneGraphException;

/**
 * One thing that a role is asked to do between two messages. Either the role begins it, on its thread, or who asked
 * withdraws it, whichever comes first: so it is done or it is not, and never half.
 */
final class Command<T> {
    /** What is to be done. */
    @FunctionalInterface
    interface Work<T> {
        /**
         * Called on the role's thread, once.
         *
         * @return the answer
         * @throws Throwable thrown to who asked
         */
        T run(RoleCommands role) throws Throwable;
    }

    /** Work that can still be given up after a part of it that changes nothing. */
    @FunctionalInterface
    interface Prepared<T> {
        /**
         * Called on the role's thread, once; does what may take long or fail, and changes nothing.
         *
         * @return what is then to be done if nobody has withdrawn it meanwhile
         */
        Work<T> prepare(RoleCommands role) throws Throwable;
    }

    private static final int WAITING = 0;
    private static final int BEGUN = 1;
    private static final int WITHDRAWN = 2;

    private final AtomicInteger state = new AtomicInteger(WAITING);
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final Prepared<T> prepared;

    Command(Prepared<T> prepared) {
        this.prepared = prepared;
    }

    /** Completed when it was done, has failed, or never will be done. */
    CompletableFuture<T> answer() {
        return answer;
    }

    /** On the role's thread. */
    void run(RoleCommands role) {
        if (state.get() == WITHDRAWN) {
            return;
        }
        try {
            Work<T> work = prepared.prepare(role);
            if (state.compareAndSet(WAITING, BEGUN)) {
                answer.complete(work.run(role));
            }
        } catch (Throwable error) { // of code that the caller brought along: it is the caller's
            answer.completeExceptionally(error);
        }
    }

    /** Ends the wait of who asked, for the role does nothing more; an answer stays what it is. Any thread. */
    void giveUp(LaneGraphException why) {
        boolean begun = !withdraw() && state.get() == BEGUN;
        answer.completeExceptionally(begun ? begun(why) : why);
    }

    private static LaneGraphException begun(LaneGraphException why) {
        Map<String, Object> details = new HashMap<>(why.details());
        details.put("begun", true);
        return new LaneGraphException(why.category(), why.code(),
                why.getMessage() + "; the command had begun, and ends when what it called returns", details);
    }

    /** Any thread; true if the role has not begun it, and now never will. */
    boolean withdraw() {
        return state.compareAndSet(WAITING, WITHDRAWN);
    }
}
