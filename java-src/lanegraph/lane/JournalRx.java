package lanegraph.lane;

import static lanegraph.region.JournalDescriptor.CELL_POSITION_OFFSET;
import static lanegraph.region.JournalDescriptor.CELL_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORDS_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_PAYLOAD_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.WORD_LENGTH;

import lanegraph.region.JournalCells;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.Memory;
import lanegraph.region.Segment;
import org.agrona.DirectBuffer;

/**
 * A named reader of a journal. Its position is kept with the journal, and no segment goes that it has not
 * passed: so what it lends is good until its release. A handle belongs to one thread at a time.
 */
final class JournalRx extends LaneRx {
    private static final int MAX_DRAIN = 256;
    /** How often nothing must be found before it is made sure that there is nothing. */
    private static final int DOUBT = 1 << 10;
    /** {@link #length} where no message was found. */
    private static final int NONE = -1;
    /** More bytes of records than this in a row are a burst. */
    private static final int BURST = 256;
    private static final int LOOK_AHEAD = 1024;
    private static final int HOLD_AHEAD = 16 * LOOK_AHEAD;
    private static final int HOLD_LOOKS = 128;
    private static final int ASKS = 16;

    private final Journal journal;
    private final Memory memory;
    private final RecordCheck check;
    private final long cell;
    private final SegmentAhead ahead;
    private final SlotView view;
    private Segment viewIn;
    /** Where the position is; null until it was looked at. */
    private Segment segment;
    private long address;
    /** From this address on the next segment is asked for, at the next release. */
    private long askAt = Long.MAX_VALUE;
    private long position;
    private long sequence;
    private long released;
    private int length = NONE;
    private int nothing;
    /** Where the reader last found no record. */
    private long caughtUp;

    JournalRx(Journal journal, int cell) {
        this.journal = journal;
        this.memory = journal.memory;
        this.check = new RecordCheck(memory, journal.segmentBytes);
        this.cell = journal.cells.address() + cell;
        this.ahead = journal.upkeep.ahead();
        this.view = new SlotView(journal.cells, 0);
        JournalCells.Kept kept = journal.cells.kept(cell);
        this.position = kept.position();
        this.sequence = kept.sequence();
        this.released = position;
        this.caughtUp = position;
    }

    @Override
    public boolean peek() {
        return look() || caughtUp();
    }

    /** False; but after a burst it holds first. */
    private boolean caughtUp() {
        if (position - caughtUp > BURST) {
            hold();
        }
        caughtUp = position;
        return false;
    }

    @Override
    boolean look() {
        checkOpen();
        if (length != NONE) {
            return true;
        }
        if (segment == null) {
            enter(position);
        }
        // Acquire: the record is read after its word.
        long word = memory.getLongAcquire(address);
        return word == 0 ? isNothing() : isMessage(word);
    }

    private boolean isMessage(long word) {
        int offset = (int) (address - segment.address());
        if (check.isMessage(segment, offset, word)) {
            length = JournalDescriptor.lengthOf(word);
            sequence = memory.getLong(address + RECORD_SEQUENCE_OFFSET);
            return true;
        }
        if (word != JournalDescriptor.paddingWord(position)) {
            throw check.damage(journal.name, segment, offset, word);
        }
        boolean alone = position == released; // nobody holds a view of an earlier message
        enter(segment.first() + journal.segmentBytes + RECORDS_OFFSET);
        if (alone) {
            release(); // no message stands here that would make the reader release later
        }
        return look();
    }

    /** False; but where the writer has noted that there is more, the word was destroyed. */
    private boolean isNothing() {
        if (++nothing % DOUBT == 0 && journal.ends && journal.cells.tailPosition() > position
                && memory.getLongAcquire(address) == 0) {
            throw check.damage(journal.name, segment, (int) (address - segment.address()), 0);
        }
        return false;
    }

    /**
     * Lets the writer get ahead after a burst, a microsecond or two, as {@link RingRx} does: a reader on its heels takes each
     * line away from it half written. It looks at a word some way ahead until that changes, whatever it is, and again further
     * on, as long as records come in that fast.
     */
    private void hold() {
        long last = segment.address() + journal.segmentBytes - WORD_LENGTH;
        long end = Math.min(last, address + HOLD_AHEAD);
        int looks = 0;
        for (long ahead = address + LOOK_AHEAD; ahead <= end && looks < HOLD_LOOKS; ahead += LOOK_AHEAD) {
            long before = memory.getLongAcquire(ahead);
            for (looks = 0; looks < HOLD_LOOKS && memory.getLongAcquire(ahead) == before; looks++) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public boolean goOnAt(long to) {
        boolean there = reaches(to);
        if (there) {
            walk(to);
            release();
        }
        return there;
    }

    /** True if it is the position of a record, or of the end; only whole records are passed over to get there. */
    @Override
    public boolean reaches(long to) {
        long wasAt = position;
        long wasSequence = sequence;
        long wasReleased = released;
        released = NONE; // so that nothing is released on the way
        walk(to);
        boolean there = position == to || wasAt >= to;
        position = wasAt;
        sequence = wasSequence;
        released = wasReleased;
        segment = null;
        length = NONE;
        return there;
    }

    private void walk(long to) {
        while (position < to && look()) {
            advance();
        }
    }

    /**
     * Goes to this position. Its segment has been found ahead; else it is looked for now, which may wait for the system
     * to map a file: where a reader begins, or another thread could not do it while half a segment was read. To answer
     * "nothing" instead until it is there would tell who takes all that there is that there is no more.
     */
    private void enter(long at) {
        Segment found = ahead.take(JournalDescriptor.segmentOf(at, journal.segmentBytes));
        segment = found == null ? journal.segmentAt(at) : found;
        position = at;
        address = segment.address() + (at - segment.first());
        askAt = segment.address() + journal.segmentBytes / 2;
    }

    /** If it is not made yet it is asked for again, a few times: who reads at the end must not keep busy who makes it. */
    private void askAhead() {
        long end = segment.address() + journal.segmentBytes;
        boolean here = ahead.ask(segment.first() + journal.segmentBytes);
        askAt = here ? Long.MAX_VALUE : address + Math.max((end - address) / 2, journal.segmentBytes / ASKS);
    }

    @Override
    public DirectBuffer payload() {
        checkMessage();
        if (viewIn != segment) {
            viewIn = segment;
            view.keep(segment); // the view leaves another one in the next line
        }
        view.at(address + RECORD_PAYLOAD_OFFSET, length);
        return view;
    }

    @Override
    public Object value() {
        return journal.codec.decode(payload());
    }

    @Override
    public int length() {
        checkMessage();
        return length;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public long next() {
        checkMessage();
        return position + JournalDescriptor.recordLength(length);
    }

    @Override
    public void advance() {
        checkMessage();
        if (position >= watched) {
            passed(position);
        }
        int record = JournalDescriptor.recordLength(length);
        address += record;
        position += record;
        sequence++;
        length = NONE;
    }

    @Override
    public void release() {
        checkOpen();
        if (position != released) {
            released = position;
            memory.putLongRelease(cell + CELL_SEQUENCE_OFFSET, sequence);
            // Release: every load from what was passed over stays before it, so who sees it may use a segment again.
            memory.putLongRelease(cell + CELL_POSITION_OFFSET, position);
            if (address >= askAt && segment != null) {
                askAhead();
            }
        }
    }

    @Override
    public int drainLimit() {
        return MAX_DRAIN;
    }

    @Override
    public boolean byReference() {
        return false;
    }

    @Override
    long address() {
        return address + RECORD_PAYLOAD_OFFSET;
    }

    private void checkMessage() {
        if (length == NONE) {
            throw LaneErrors.noMessage(journal.name);
        }
    }

    private void checkOpen() {
        if (isMarked()) {
            throw LaneErrors.closed(journal.name);
        }
    }
}
