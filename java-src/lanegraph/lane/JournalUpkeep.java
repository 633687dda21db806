package lanegraph.lane;

import java.util.concurrent.CompletableFuture;
import lanegraph.region.JournalCells;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.Memory;
import lanegraph.region.OwnedSegments;

/**
 * What is done beside a journal, on a thread of its own: segments are made ready for the writer and found for
 * readers, old ones removed, what was written is forced to the disk. Thread-safe.
 */
final class JournalUpkeep {
    private static final long EXPIRE_MS = 1_000;

    private final OwnedSegments segments;
    private final Retention retention;
    /** Null if nothing is forced from time to time. */
    private final JournalForce force;
    /** Null where the work is done by who asks for it, at once. */
    private final JournalThread thread;
    private final NextSegment next;
    /** What went wrong on the thread, for the writer. */
    private volatile Throwable trouble;

    /**
     * @param policy null for one who does not own the journal, and has nothing to do but for readers
     * @param mostSegments how many there may be
     * @param thread null to do in the caller's thread what must be done, and leave the rest
     */
    JournalUpkeep(OwnedSegments segments, JournalCells cells, JournalPolicy policy, long mostSegments,
            JournalThread thread, Memory memory) {
        boolean regular = policy != null && thread != null;
        this.segments = segments;
        this.thread = thread;
        this.retention = new Retention(segments, cells, memory, mostSegments,
                policy == null ? 0 : policy.retainMillis());
        this.next = new NextSegment(segments, retention, thread == null ? Runnable::run : thread);
        this.force = regular && policy.syncMillis() > 0
                ? new JournalForce(segments, cells, cells.tailPosition()) : null;
        if (force != null) {
            thread.every(policy.syncMillis(), () -> guarded(force::run));
        }
        if (regular && policy.retainMillis() > 0) {
            thread.every(Math.min(policy.retainMillis(), EXPIRE_MS), () -> guarded(() -> expire(cells.tailPosition())));
        }
    }

    private void expire(long tail) {
        retention.expire(JournalDescriptor.segmentOf(tail, segments.segmentBytes()));
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (Throwable ex) {
            trouble = ex; // thrown here it would end the work for good, unseen
        }
    }

    /** Throws what went wrong since the last call when the journal was forced or old segments were removed. */
    void checkTrouble() {
        Throwable wrong = trouble;
        if (wrong != null) {
            trouble = null;
            throw JournalThread.thrown(wrong);
        }
    }

    /** For the one writer. */
    NextSegment next() {
        return next;
    }

    /** For one reader; where there is no thread, nothing is found ahead. */
    SegmentAhead ahead() {
        return new SegmentAhead(segments, thread == null ? work -> { } : thread);
    }

    /** Forces for the last time what is forced, and ends. */
    CompletableFuture<Void> close() {
        if (thread == null) {
            return CompletableFuture.completedFuture(null);
        }
        if (force != null && !thread.isClosed()) {
            thread.execute(() -> guarded(force::run));
        }
        return thread.close().thenRun(this::checkTrouble);
    }
}
