package lanegraph.lane;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import lanegraph.region.Segment;
import lanegraph.region.Segments;

/**
 * Has the segment that a reader comes to next found, and its file mapped, on another thread while the reader is
 * still in the one before: a role waits for no file. For one reader, who asks and takes.
 */
final class SegmentAhead {
    private final Segments segments;
    private final Executor executor;
    private final Runnable work = this::find;
    private volatile boolean asked;
    private volatile long wanted;
    private volatile Segment found;

    SegmentAhead(Segments segments, Executor executor) {
        this.segments = segments;
        this.executor = executor;
    }

    /**
     * True if the segment at this position is here; else it is asked for, unless it is on its way. Does not wait,
     * and never fails.
     */
    boolean ask(long first) {
        if (take(first) != null) {
            return true;
        }
        if (asked) {
            return false;
        }
        asked = true; // only the reader sets it
        wanted = first;
        try {
            executor.execute(work);
        } catch (RejectedExecutionException ex) {
            asked = false; // the journal is closed
        }
        return false;
    }

    /** The segment at this position; null if it was not asked for, or is not here: not yet, or there is none. */
    Segment take(long first) {
        Segment segment = found;
        return segment != null && segment.first() == first ? segment : null;
    }

    private void find() {
        try {
            Segment segment = segments.find(wanted);
            found = segment != null && segment.length() == segments.segmentBytes() ? segment : null;
        } catch (RuntimeException ex) {
            found = null; // its reader will meet the same when he comes there
        } finally {
            asked = false; // last: from here on the reader may ask again
        }
    }
}
