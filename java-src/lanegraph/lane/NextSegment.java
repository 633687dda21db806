package lanegraph.lane;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import lanegraph.region.OwnedSegments;
import lanegraph.region.Segment;

/**
 * Has the segment behind the one that is written made ready, on another thread, so that the writer never waits
 * for files: what is not ready in time is not there. One writer asks and takes; the work is done by the
 * executor, or at once where that runs it so.
 */
final class NextSegment {
    private final OwnedSegments segments;
    private final Retention retention;
    private final Executor executor;
    private final AtomicBoolean asked = new AtomicBoolean();
    private final Runnable work = this::prepare;
    private volatile Segment ready;
    private volatile Throwable failure;
    private volatile long active;
    private volatile boolean early;
    /** No room could be made for want of readers; then the oldest segment of that moment. */
    private volatile boolean full;
    private volatile long oldest;

    NextSegment(OwnedSegments segments, Retention retention, Executor executor) {
        this.segments = segments;
        this.retention = retention;
        this.executor = executor;
    }

    /** The segment behind the one that begins at this position, or null if it is not ready. */
    Segment behind(long first) {
        Segment segment = ready;
        return segment != null && segment.first() == first + segments.segmentBytes() ? segment : null;
    }

    /** Asks for the one behind this position before it is needed. Does not wait, and never fails. */
    void askEarly(long first) {
        ask(first, true);
    }

    /**
     * Asks for the one behind this position, which is needed now, unless it is on its way already, or nobody
     * has let go what is in its way. Does not wait.
     *
     * <p>Throws what went wrong since the last call, an error of the machine too, such as {@code region/no-space};
     * the next call tries again.
     */
    void ask(long first) {
        Throwable wrong = failure;
        if (wrong != null) {
            failure = null;
            throw JournalThread.thrown(wrong);
        }
        ask(first, false);
    }

    private void ask(long first, boolean soon) {
        // In this order: who finds that nothing is asked for sees what was made ready for the last asking. To make
        // a segment ready once more, while the writer writes it, would wipe out what it has written.
        if (asked.get() || behind(first) != null || full && active == first && !retention.hasRoom(oldest, first)) {
            return;
        }
        asked.set(true); // only the writer sets it
        active = first;
        early = soon;
        try {
            executor.execute(work);
        } catch (RejectedExecutionException ex) {
            asked.set(false); // the journal is closed: the writer will find its handle closed, too
        }
    }

    private void prepare() {
        try {
            long after = active;
            long victim = retention.makeRoom(after);
            full = victim == Retention.FULL;
            if (full) {
                oldest = segments.firsts().first();
            } else {
                ready = segments.prepare(after + segments.segmentBytes(), victim);
            }
        } catch (Throwable ex) { // an Error too: nobody else looks at this thread
            failure = early ? null : ex; // what fails early is tried again when it is needed
        } finally {
            asked.set(false); // last: from here on the writer may ask again
        }
    }
}
