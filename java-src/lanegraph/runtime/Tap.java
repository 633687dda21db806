package lanegraph.runtime;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import lanegraph.lane.Lane;

/**
 * Looks at the messages of a lane as they are written, from a thread of its own, and hands them to a function. It has no
 * cursor: it slows no role and holds no room; what is overwritten before it was looked at is missed, and counted.
 * Thread-safe.
 */
public final class Tap implements AutoCloseable {
    /**
     * What a tap has done.
     *
     * @param lane the lane
     * @param state {@code running}, {@code ended} or {@code failed}
     * @param seen messages handed to the function
     * @param missed messages that were overwritten, or let go by their reader, before they were looked at
     * @param error what the function or the lane's codec threw; null if nothing
     */
    public record Counts(String lane, String state, long seen, long missed, Throwable error) {}

    private static final long PAUSE_NS = 500_000;

    private final Lane lane;
    private final long every;
    private final long first;
    private final Consumer<Object> onMessage;
    private final Events events;
    private final Thread thread;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    /** Where the thread goes no further. */
    private volatile long until = Long.MAX_VALUE;
    private volatile boolean closed;
    private volatile long seen;
    private volatile long missed;
    private volatile Throwable error;
    private long next;

    /**
     * @param every 1 for each message, n for one in n
     * @param first how many messages to look at before it ends
     */
    Tap(String graph, Lane lane, long every, long first, Consumer<Object> onMessage, Events events) {
        this.lane = lane;
        this.every = every;
        this.first = first;
        this.onMessage = onMessage;
        this.events = events;
        this.next = lane.produced();
        this.thread = new Thread(this::run, "lanegraph:" + graph + ":tap/" + lane.name());
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed && seen < first && next < until) {
                long last = until; // before the look: nothing is written behind it
                if (!lookUpTo(Math.min(last, lane.produced()))) {
                    if (last != Long.MAX_VALUE) {
                        return; // a slot that its writer has not come to, and now never will
                    }
                    LockSupport.parkNanos(PAUSE_NS);
                }
            }
        } catch (Throwable thrown) { // of the function, or of a codec: it is the tap's end, and not that of the graph
            error = thrown;
            events.tell("tap-failed", Map.of("lane", lane.name(), "error", String.valueOf(thrown), "seen", seen, "missed", missed));
        } finally {
            end.complete(null);
        }
    }

    /** False if there was nothing to look at. */
    private boolean lookUpTo(long written) {
        long before = next;
        while (next < written && !closed && seen < first) {
            Object value = lane.look(next);
            if (value == null) {
                if (lane.consumed() <= next) {
                    break; // one of many producers has claimed it, and writes it yet
                }
                value = lane.look(next); // for it may have been written, and read, since the first look
            }
            if (value == null) {
                missed = missed + 1; // this thread alone writes the counts
            } else {
                seen = seen + 1;
                onMessage.accept(value);
            }
            next += every;
        }
        return next > before;
    }

    /** What it has done so far. */
    public Counts counts() {
        Throwable thrown = error;
        String state = thrown != null ? "failed" : end.isDone() ? "ended" : "running";
        return new Counts(lane.name(), state, seen, missed, thrown);
    }

    /** No message comes any more: it ends when it has looked at those that are there. */
    void finish() {
        until = lane.produced();
        LockSupport.unpark(thread);
    }

    /** Completed when the function is not called any more. */
    CompletableFuture<Void> end() {
        return end;
    }

    /**
     * Ends it, and waits so long for the function to return, unless that itself calls this.
     *
     * @return what it has done
     */
    public Counts close(long deadlineMillis) {
        close();
        if (Thread.currentThread() != thread) {
            Team.await(end, Deadline.in(deadlineMillis));
        }
        return counts();
    }

    /** Ends it: no message is looked at after the one that the function has now. Does not wait for that; idempotent. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /** One line: lane and counts. */
    @Override
    public String toString() {
        Counts counts = counts();
        return "Tap[" + counts.lane() + " " + counts.state() + ", seen=" + counts.seen() + ", missed=" + counts.missed() + "]";
    }
}
