package lanegraph.lane;

import static lanegraph.region.JournalDescriptor.RECORDS_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_STAMP_OFFSET;

import java.util.Iterator;
import lanegraph.region.JournalCells;
import lanegraph.region.Memory;
import lanegraph.region.OwnedSegments;
import lanegraph.region.Segment;

/**
 * Which segments of a journal may go: old ones, from the oldest on, that no kept position needs, once there
 * are too many or their records are too old. For the one thread that prepares the journal's segments.
 */
final class Retention {
    /** What to do before a further segment is made. */
    static final long NO_VICTIM = -1;
    /** As a victim: there is none, and without one there must be no further segment. */
    static final long FULL = -2;
    /** As the most segments that there may be. */
    static final long UNLIMITED = Long.MAX_VALUE;

    private final OwnedSegments segments;
    private final JournalCells cells;
    private final Memory memory;
    private final long most;
    private final long millis;

    /**
     * @param most how many segments there may be, the one that is written and those before it: at least 2
     * @param millis how old records are kept; 0 = no limit
     */
    Retention(OwnedSegments segments, JournalCells cells, Memory memory, long most, long millis) {
        this.segments = segments;
        this.cells = cells;
        this.memory = memory;
        this.most = most;
        this.millis = millis;
    }

    /**
     * Removes what has to go and may, before one more segment is made; all but the last of them for good.
     *
     * @param active the segment that is written
     * @return the last one, whose memory is to be used again; or one of the constants
     */
    long makeRoom(long active) {
        long victim = NO_VICTIM;
        if (most == UNLIMITED && millis == 0) {
            return victim; // and do not count them: there may be very many
        }
        long count = segments.firsts().headSet(active).size() + 1;
        for (Iterator<Long> old = segments.firsts().headSet(active).iterator(); old.hasNext(); count--) {
            long first = old.next();
            boolean tooMany = count >= most; // the next one comes on top
            if (!tooMany && !isTooOld(first)) {
                return victim;
            }
            if (!cells.letGo(first, first + segments.segmentBytes())) {
                return tooMany && victim == NO_VICTIM ? FULL : victim;
            }
            if (victim != NO_VICTIM) {
                segments.remove(victim);
            }
            victim = first;
        }
        return victim;
    }

    /** Removes the segments whose records are too old and that nobody needs. */
    void expire(long active) {
        for (long first : segments.firsts().headSet(active)) {
            if (!isTooOld(first) || !cells.letGo(first, first + segments.segmentBytes())) {
                return;
            }
            segments.remove(first);
        }
    }

    /** True if the segment behind it begins with a record that is too old: then all of this one are. */
    private boolean isTooOld(long first) {
        Segment next = millis == 0 ? null : segments.find(first + segments.segmentBytes());
        return next != null
                && memory.getLongAcquire(next.address() + RECORDS_OFFSET) != 0
                && memory.getLong(next.address() + RECORDS_OFFSET + RECORD_STAMP_OFFSET)
                        < System.currentTimeMillis() - millis;
    }

    /** True if {@link #makeRoom} would now answer something else than {@link #FULL}; allocates nothing. */
    boolean hasRoom(long oldest, long active) {
        return (active - oldest) / segments.segmentBytes() < most - 1 || oldest + segments.segmentBytes() <= cells.slowest();
    }
}
