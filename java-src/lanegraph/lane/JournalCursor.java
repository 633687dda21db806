package lanegraph.lane;

import static lanegraph.region.JournalDescriptor.RECORDS_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_PAYLOAD_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_STAMP_OFFSET;
import static lanegraph.region.JournalDescriptor.WORD_LENGTH;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.function.Predicate;
import lanegraph.LaneGraphException;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.JournalRefusal;
import lanegraph.region.Memory;
import lanegraph.region.Segment;
import lanegraph.region.Segments;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a journal from outside: without a kept position, so that what it reads may be removed, and its memory
 * used again, while it reads. It copies each record, and then makes sure that the segment was still itself:
 * the writer changes the position in a segment's header before it stores anything else there. Changes nothing.
 * For one thread.
 */
final class JournalCursor {
    private static final Memory MEMORY = Memory.DIRECT;

    private final String journal;
    private final Segments segments;
    private final RecordCheck check;
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
    private Segment segment;
    private long position;
    private long nextSequence = -1;

    /** Of the record that {@link #next} found. */
    long foundPosition;
    long foundSequence;
    long foundStamp;
    byte[] foundBytes;

    JournalCursor(String journal, Segments segments) {
        this.journal = journal;
        this.segments = segments;
        this.check = new RecordCheck(MEMORY, segments.segmentBytes());
    }

    /** The position of the record that {@link #next} will look for. */
    long position() {
        return position;
    }

    /** The sequence that {@link #next} will find; -1 if that is not known. */
    long nextSequence() {
        return nextSequence;
    }

    /**
     * Copies the next record and passes over it; false if there is none (yet).
     *
     * @throws LaneGraphException {@code journal/corrupt}, {@code journal/missing-segment}, {@code
     *     journal/position-gone}
     */
    boolean next() {
        return step(true);
    }

    /**
     * As {@link #next}, for the first record that is there, wherever that is: the oldest ones may go meanwhile. The answer
     * counts if the first segment is the same one before and after.
     */
    boolean first() {
        while (true) {
            toStart();
            long start = position;
            try {
                boolean found = next();
                toStart();
                if (position == start) {
                    position = found ? foundPosition + JournalDescriptor.recordLength(foundBytes.length) : start;
                    nextSequence = found ? foundSequence + 1 : -1;
                    return found;
                }
            } catch (LaneGraphException ex) {
                if (!ex.code().equals("journal/position-gone")) {
                    throw ex;
                }
            }
        }
    }

    private boolean step(boolean copy) {
        while (enter()) {
            int offset = (int) (position - segment.first());
            if (offset + WORD_LENGTH > segment.length()) {
                return false; // its file was cut
            }
            long word = MEMORY.getLongAcquire(segment.address() + offset);
            boolean whole = check.isMessage(segment, offset, word);
            if (whole) {
                read(offset, JournalDescriptor.lengthOf(word), copy);
            }
            if (!segment.isCurrent()) { // what was read may be anything
                segment = null;
                throw gone();
            }
            if (whole) {
                position += JournalDescriptor.recordLength(JournalDescriptor.lengthOf(word));
                nextSequence = foundSequence + 1;
                return true;
            }
            if (word != JournalDescriptor.paddingWord(position)) {
                checkEnd(offset, word);
                return false;
            }
            position = segment.first() + segments.segmentBytes() + RECORDS_OFFSET;
        }
        return false;
    }

    private void read(int offset, int length, boolean copy) {
        long address = segment.address() + offset;
        foundPosition = position;
        foundSequence = MEMORY.getLong(address + RECORD_SEQUENCE_OFFSET);
        foundStamp = MEMORY.getLong(address + RECORD_STAMP_OFFSET);
        if (copy) {
            foundBytes = new byte[length];
            payload.wrap(address + RECORD_PAYLOAD_OFFSET, length);
            payload.getBytes(0, foundBytes);
        }
    }

    /**
     * What is no record is the end of the journal, unless there are whole records behind it: then it is
     * damage. (Its owner cuts what is torn there when it opens the journal; nobody else can tell, so nobody
     * else does.)
     */
    private void checkEnd(int offset, long word) {
        if (word != 0 && (check.nextMessage(segment, offset + 8) >= 0 || isBegunBehind())) {
            throw check.damage(journal, segment, offset, word);
        }
    }

    private boolean isBegunBehind() {
        long first = segment.first();
        leave();
        Segment behind = segments.find(first + segments.segmentBytes());
        boolean begun = behind != null && MEMORY.getLongAcquire(behind.address() + RECORDS_OFFSET) != 0;
        segment = segments.find(first);
        return begun && segment != null;
    }

    /**
     * To be called before anything else is looked for in the journal's segments, here or by somebody else who shares them:
     * the one that stood here may be unmapped by that, also where it fails. The position stays.
     */
    void leave() {
        segment = null;
    }

    /** Goes to the segment of the position; false if it is behind the last one. */
    private boolean enter() {
        long first = JournalDescriptor.segmentOf(position, segments.segmentBytes());
        if (segment == null || segment.first() != first) {
            leave();
            segment = segments.find(first);
        }
        if (segment == null) {
            SortedSet<Long> there = segments.firsts();
            if (there.isEmpty() || first > there.last()) {
                return false;
            }
            throw first < there.first() ? gone() : JournalRefusal.missingSegment(journal, position, there.first(), end(there));
        }
        return true;
    }

    private LaneGraphException gone() {
        SortedSet<Long> there = segments.firsts();
        return JournalRefusal.positionGone(journal, position, there.isEmpty() ? 0 : there.first(), end(there));
    }

    private long end(SortedSet<Long> there) {
        return there.isEmpty() ? 0 : there.last() + segments.segmentBytes();
    }

    /**
     * For one who has met damage: goes to the first whole record behind the position; false, and stays, if
     * there is none.
     */
    boolean skip() {
        long first = JournalDescriptor.segmentOf(position, segments.segmentBytes());
        int from = (int) (position - first) + 8;
        leave();
        for (long each : segments.firsts().tailSet(first)) {
            Segment at = findWhole(each);
            int next = at == null ? -1 : check.nextMessage(at, each == first ? from : RECORDS_OFFSET);
            if (next >= 0) {
                segment = at;
                position = each + next;
                nextSequence = -1;
                return true;
            }
        }
        return false;
    }

    private Segment findWhole(long first) {
        try {
            return segments.find(first);
        } catch (LaneGraphException ex) {
            if (ex.code().equals("journal/corrupt")) {
                return null;
            }
            throw ex;
        }
    }

    /** The stamp of the first record from this position on, which one must begin at or end at; -1 if none can be read. */
    long stampAt(long from) {
        position = from;
        nextSequence = -1;
        try {
            return step(false) ? foundStamp : -1;
        } catch (LaneGraphException ex) { // gone meanwhile, or damaged: its reader will tell
            return -1;
        }
    }

    /** Goes behind the last record. */
    void toTail() {
        toLast(first -> true);
        while (step(false)) {
            continue;
        }
    }

    /** Goes to the first record that is there. */
    void toStart() {
        toStart(0);
    }

    /** Goes to the first record that is there in the segments from this position on. */
    void toStart(long least) {
        SortedSet<Long> there = segments.firsts().tailSet(least);
        position = (there.isEmpty() ? 0 : there.first()) + RECORDS_OFFSET;
        nextSequence = -1;
    }

    /**
     * Goes to a position that a record begins at, or the end. Damage before it is passed over.
     *
     * @throws LaneGraphException {@code journal/bad-position} too
     */
    void seek(long to) {
        long first = JournalDescriptor.segmentOf(to, segments.segmentBytes());
        position = first + RECORDS_OFFSET;
        nextSequence = -1;
        boolean there = to >= 0 && enter();
        boolean more = there;
        while (more && position < to) {
            more = stepOrSkip();
        }
        if (!there || position != to && to != first) { // the first record of a segment also goes by the segment's own position
            SortedSet<Long> firsts = segments.firsts();
            throw JournalRefusal.badPosition(journal, to, firsts.isEmpty() ? 0 : firsts.first(), end(firsts));
        }
    }

    private boolean stepOrSkip() {
        try {
            return step(false);
        } catch (LaneGraphException ex) {
            if (ex.code().equals("journal/corrupt") && skip()) {
                return true;
            }
            throw ex;
        }
    }

    /** Goes to the record of this sequence; the first one if it is gone, the end if it is not written yet. */
    void seekSequence(long to) {
        toLast(first -> MEMORY.getLong(first.address() + RECORDS_OFFSET + RECORD_SEQUENCE_OFFSET) <= to);
        while (step(false)) {
            if (foundSequence >= to) {
                position = foundPosition;
                nextSequence = foundSequence;
                return;
            }
        }
    }

    /** Goes to the first record whose stamp is this time or later; the end if there is none. */
    void seekTime(long millis) {
        toLast(first -> MEMORY.getLong(first.address() + RECORDS_OFFSET + RECORD_STAMP_OFFSET) < millis);
        while (step(false)) {
            if (foundStamp >= millis) {
                position = foundPosition;
                nextSequence = foundSequence;
                return;
            }
        }
    }

    /** Goes to the beginning of the last segment whose first record is such; of the first one if there is none. */
    private void toLast(Predicate<Segment> before) {
        leave();
        List<Long> there = new ArrayList<>(segments.firsts());
        int low = 0;
        int high = there.size() - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            Segment at = segments.find(there.get(middle));
            boolean begun = at != null && MEMORY.getLongAcquire(at.address() + RECORDS_OFFSET) != 0;
            if (begun && before.test(at)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        position = (there.isEmpty() ? 0 : there.get(low)) + RECORDS_OFFSET;
        nextSequence = -1;
    }
}
