package lanegraph.lane;

import static lanegraph.region.JournalDescriptor.DROPPED_OFFSET;
import static lanegraph.region.JournalDescriptor.FIRST_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORDS_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_PAYLOAD_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_POSITION_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_STAMP_OFFSET;
import static lanegraph.region.JournalDescriptor.TAIL_POSITION_OFFSET;
import static lanegraph.region.JournalDescriptor.TAIL_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.WORD_LENGTH;

import java.nio.ByteBuffer;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.Memory;
import lanegraph.region.Segment;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The one writer of a journal. A handle belongs to one thread at a time.
 *
 * <p>A record becomes visible with its commit word, which is stored last. Before it the writer stores a 0 into
 * the word behind the record: whatever bytes an earlier life of the memory, or a claim, has left there, no
 * reader that comes to it takes them for a record.
 */
class JournalTx extends ClaimTx {
    final Memory memory;
    private final Journal journal;
    private final RecordCheck check;
    private final JournalUpkeep upkeep;
    private final NextSegment next;
    private final Stamps stamps;
    private final long notes;
    private final int maxLength;
    private final int longest;
    private final boolean syncEach;

    private Segment segment;
    /** Where the next record begins in memory. */
    private long address;
    /** Where a record must end at the latest: one word is kept behind it. */
    private long end;
    /** From this address on the next segment has been asked for. */
    private long half;
    private long position;
    private long sequence;

    private final SlotView claimed;
    /** Never lent: an offer copies through it, while a claim's buffer may still be in use, or be the source. */
    private final UnsafeBuffer inner = new UnsafeBuffer(0, 0);
    private Segment claimedIn;
    private SlotView scratch;

    JournalTx(Journal journal, boolean dropsWhenFull) {
        super(journal.codec, dropsWhenFull);
        this.journal = journal;
        this.memory = journal.memory;
        this.check = new RecordCheck(memory, journal.segmentBytes);
        this.upkeep = journal.upkeep;
        this.next = journal.upkeep.next();
        this.stamps = journal.stamps;
        this.notes = journal.cells.address();
        this.maxLength = journal.maxLength;
        this.longest = JournalDescriptor.recordLength(maxLength);
        this.syncEach = journal.policy.syncMillis() == JournalPolicy.SYNC_EACH;
        this.claimed = new SlotView(journal.cells, maxLength);
        this.position = journal.cells.tailPosition();
        this.sequence = journal.cells.tailSequence();
        enter(journal.segmentAt(position));
        passUnnoted();
    }

    /** True if the record at this position is in the journal, or was. */
    final boolean isCommitted(long at) {
        return at < position;
    }

    /** Called when the record at this position is complete, and its word is the next store. */
    void beforeCommit(long at) {}

    /** A handle before this one may have been cut off between a record and the note of it. */
    private void passUnnoted() {
        long word = memory.getLongAcquire(address);
        while (word != 0) {
            if (word == JournalDescriptor.paddingWord(position)) {
                position = segment.first() + journal.segmentBytes + RECORDS_OFFSET;
                enter(journal.segmentAt(position));
            } else {
                pass(JournalDescriptor.recordLength(JournalDescriptor.lengthOf(word)));
            }
            word = memory.getLongAcquire(address);
        }
    }

    /** Goes on in this segment, at the position. */
    private void enter(Segment in) {
        segment = in;
        address = in.address() + (position - in.first());
        end = in.address() + journal.segmentBytes - WORD_LENGTH;
        half = in.address() + journal.segmentBytes / 2;
        askAtHalf();
    }

    private void askAtHalf() {
        if (address >= half) {
            half = Long.MAX_VALUE;
            next.askEarly(segment.first());
        }
    }

    @Override
    public boolean room() {
        checkOpen();
        return end - address >= longest || behind() != null;
    }

    /** The next segment, or null if it is not ready. */
    private Segment behind() {
        Segment ready = next.behind(segment.first());
        if (ready == null) {
            next.ask(segment.first());
            ready = next.behind(segment.first());
        }
        return ready;
    }

    /** True if a record of this length can be written at the address now, in this segment or the next. */
    private boolean makePlace(int record) {
        if (end - address >= record) {
            return true;
        }
        Segment ready = behind();
        if (ready == null) {
            return false;
        }
        // The count first: who finds the segment begun, by the padding, finds where its count begins.
        memory.putLongRelease(ready.address() + FIRST_SEQUENCE_OFFSET, sequence + 1);
        memory.putLongRelease(address, JournalDescriptor.paddingWord(position));
        if (syncEach) {
            force(WORD_LENGTH);
        }
        position = ready.first() + RECORDS_OFFSET;
        enter(ready);
        return true;
    }

    @Override
    public MutableDirectBuffer claim() {
        checkOpen();
        if (end - address < longest) {
            return claimScratch();
        }
        if (claimedIn != segment) {
            claimedIn = segment;
            claimed.keep(segment); // the buffer leaves the old one in the next line: nobody can reach that through it
        }
        target = address + RECORD_PAYLOAD_OFFSET;
        claimed.at(target);
        return claimed;
    }

    private MutableDirectBuffer claimScratch() {
        if (scratch == null) {
            UnsafeBuffer bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(maxLength));
            scratch = new SlotView(bytes, maxLength);
            scratch.at(bytes.addressOffset());
        }
        target = scratch.addressOffset();
        return scratch;
    }

    @Override
    public boolean commit(int length) {
        checkOpen();
        checkLength(length);
        if (target == NOTHING) {
            throw LaneErrors.notClaimed(journal.name);
        }
        if (target != address + RECORD_PAYLOAD_OFFSET) { // else it was claimed here, and has room
            if (!makePlace(JournalDescriptor.recordLength(length))) {
                return false;
            }
            memory.copy(target, address + RECORD_PAYLOAD_OFFSET, length);
        }
        publish(length);
        return true;
    }

    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
        checkOpen();
        checkLength(length);
        source.boundsCheck(offset, length);
        if (!makePlace(JournalDescriptor.recordLength(length))) {
            return settle(false);
        }
        inner.wrap(address + RECORD_PAYLOAD_OFFSET, maxLength);
        inner.putBytes(0, source, offset, length);
        publish(length);
        return true;
    }

    /** Publishes the payload that is in its place. */
    private void publish(int length) {
        target = NOTHING;
        long at = address;
        int record = JournalDescriptor.recordLength(length);
        memory.putLong(at + RECORD_POSITION_OFFSET, position);
        memory.putLong(at + RECORD_SEQUENCE_OFFSET, sequence);
        memory.putLong(at + RECORD_STAMP_OFFSET, stamps.next());
        int checksum = check.checksum(segment, (int) (at - segment.address()), length);
        if (sequence >= markAt) {
            mark(sequence, position);
        }
        memory.putLong(at + record, 0); // before the word: who sees the record finds nothing behind it
        beforeCommit(position);
        // Release: who sees the word sees the record, and the 0 behind it.
        memory.putLongRelease(at, JournalDescriptor.messageWord(checksum, length));
        if (syncEach) {
            force(record + WORD_LENGTH);
        }
        pass(record);
        askAtHalf();
    }

    /** Goes on behind a record of this length that is committed. */
    private void pass(int record) {
        address += record;
        position += record;
        sequence++;
        // Notes for those who look from outside; they may lag. The position last: as far as it tells, all is there.
        memory.putLongRelease(notes + TAIL_SEQUENCE_OFFSET, sequence);
        memory.putLongRelease(notes + TAIL_POSITION_OFFSET, position);
    }

    private void force(int length) {
        segment.force((int) (address - segment.address()), length);
    }

    @Override
    final void checkOpen() {
        if (isMarked()) {
            throw LaneErrors.closed(journal.name);
        }
        upkeep.checkTrouble();
    }

    @Override
    final void checkLength(int length) {
        if (length < 0 || length > maxLength) {
            throw LaneErrors.badRecord(journal.name, length, maxLength, journal.segmentBytes);
        }
    }

    @Override
    public String lane() {
        return journal.name;
    }

    @Override
    public int maxLength() {
        return maxLength;
    }

    @Override
    public boolean byReference() {
        return false;
    }

    @Override
    public void countDrop() {
        target = NOTHING;
        memory.putLongRelease(notes + DROPPED_OFFSET, dropped() + 1); // one writer; tools read it
    }

    @Override
    public long dropped() {
        return memory.getLongAcquire(notes + DROPPED_OFFSET);
    }
}
