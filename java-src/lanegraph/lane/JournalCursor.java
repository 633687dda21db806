package lanegraph.lane;

import static lanegraph.region.JournalDescriptor.RECORDS_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_PAYLOAD_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_STAMP_OFFSET;
import static lanegraph.region.JournalDescriptor.WORD_LENGTH;

import java.util.SortedSet;
import lanegraph.LaneGraphException;
import lanegraph.region.JournalCells;
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
    private final JournalCells cells;
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

    JournalCursor(String journal, Segments segments, JournalCells cells) {
        this.journal = journal;
        this.segments = segments;
        this.cells = cells;
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

    /** As {@link #next}; {@link #foundBytes} only if they are copied. */
    boolean step(boolean copy) {
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
        // Where the writer has noted that there is more, and a 0 stands still, a record may have been destroyed.
        boolean doubtful = word != 0
                || cells.tailPosition() > position && MEMORY.getLongAcquire(segment.address() + offset) == 0;
        if (doubtful && (check.nextMessage(segment, offset + 8) >= 0 || isBegunBehind())) {
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
        if (segment != null && segment.first() == first) {
            return true;
        }
        leave();
        segment = segments.find(first);
        if (segment != null) {
            return true;
        }
        SortedSet<Long> there = segments.firsts();
        if (there.isEmpty() || first > there.last()) {
            return false;
        }
        segment = there.contains(first) ? segments.find(first) : null; // it has come since the first look
        if (segment == null) {
            throw first < there.first() ? gone() : JournalRefusal.missingSegment(journal, position, there.first(), end(there));
        }
        return true;
    }

    /** True if the segment of the position is there. */
    boolean isThere() {
        return position >= 0 && enter();
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
            Segment at = segments.findWhole(each);
            int next = at == null ? -1 : check.nextMessage(at, each == first ? from : RECORDS_OFFSET);
            if (next >= 0) {
                segment = at;
                goTo(each + next, -1);
                return true;
            }
        }
        return false;
    }

    /** The stamp of the first record from this position on, which one must begin at or end at; -1 if none can be read. */
    long stampAt(long from) {
        goTo(from, -1);
        try {
            return step(false) ? foundStamp : -1;
        } catch (LaneGraphException ex) { // gone meanwhile, or damaged: its reader will tell
            return -1;
        }
    }

    /** Goes to the first record that is there in the segments from this position on. */
    void toStart(long least) {
        SortedSet<Long> there = segments.firsts().tailSet(least);
        goTo((there.isEmpty() ? 0 : there.first()) + RECORDS_OFFSET, -1);
    }

    /**
     * Goes to a position that a record begins at, as somebody knows.
     *
     * @param sequence that of the record; -1 if that is not known
     */
    void goTo(long to, long sequence) {
        position = to;
        nextSequence = sequence;
    }
}
