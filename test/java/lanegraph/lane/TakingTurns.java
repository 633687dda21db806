package lanegraph.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Two sides that run in threads of their own, one step at a time, in every order that there is: each side calls its
 * {@link Side#step} before whatever the other might notice, and stands there until it is its turn.
 */
public final class TakingTurns {
    /** One of the two. */
    public static final class Side {
        private final Semaphore turn = new Semaphore(0);
        private final Semaphore told = new Semaphore(0);
        private volatile boolean ended;
        private volatile Throwable wrong;

        /** Waits for the turn. */
        public void step() {
            told.release();
            turn.acquireUninterruptibly();
        }

        private void start(ExecutorService threads, Runnable work) {
            threads.execute(() -> {
                turn.acquireUninterruptibly();
                try {
                    work.run();
                } catch (Throwable ex) {
                    wrong = ex;
                } finally {
                    ended = true;
                    told.release();
                }
            });
        }

        private void go() {
            turn.release();
            told.acquireUninterruptibly();
        }
    }

    /** What the two do, with the sides that it was made with, and what has to be true at the end. */
    public interface Case {
        void first();

        void second();

        /** What came out; throws if it must not. */
        String outcome();
    }

    /** Makes a fresh case. */
    public interface Cases {
        Case begin(Side first, Side second);
    }

    private TakingTurns() {}

    /** Runs a case in every order of its steps; the outcomes, one for each order. */
    public static List<String> all(Cases cases) {
        List<String> outcomes = new ArrayList<>();
        List<Boolean> order = new ArrayList<>(); // true: the second side's turn, although the first has not ended
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            do {
                outcomes.add(run(threads, cases, order));
            } while (advance(order));
        } finally {
            threads.shutdown();
        }
        return outcomes;
    }

    /** The next order: the last turn of the first side that the second could have had. */
    private static boolean advance(List<Boolean> order) {
        while (!order.isEmpty() && order.get(order.size() - 1)) {
            order.remove(order.size() - 1);
        }
        if (order.isEmpty()) {
            return false;
        }
        order.set(order.size() - 1, true);
        return true;
    }

    private static String run(ExecutorService threads, Cases cases, List<Boolean> order) {
        Side first = new Side();
        Side second = new Side();
        Case each = cases.begin(first, second);
        first.start(threads, each::first);
        second.start(threads, each::second);
        int turn = 0;
        while (!first.ended && !second.ended) {
            if (turn == order.size()) {
                order.add(false);
            }
            (order.get(turn++) ? second : first).go();
        }
        finish(first);
        finish(second);
        try {
            return each.outcome();
        } catch (RuntimeException | Error ex) {
            return "wrong: " + ex;
        }
    }

    private static void finish(Side side) {
        while (!side.ended) {
            side.go();
        }
    }

    /** What a side threw; null if nothing. */
    public static Throwable wrong(Side side) {
        return side.wrong;
    }
}
