package lanegraph.lane;

import static lanegraph.region.JournalDescriptor.RECORDS_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_STAMP_OFFSET;
import static lanegraph.region.JournalDescriptor.TAIL_POSITION_OFFSET;
import static lanegraph.region.JournalDescriptor.TAIL_SEQUENCE_OFFSET;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import lanegraph.region.JournalCells;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.JournalStore;
import lanegraph.region.Memory;
import lanegraph.region.OwnedSegments;
import lanegraph.region.Segment;

/**
 * Finds where a journal ends, when its owner opens it, and cuts what a crash left torn there: the bytes behind
 * the last whole record. Damage that has whole records behind it is left as it is, for readers to report. Only
 * for one who holds the journal's lock: to anybody else a record on its way looks torn.
 */
final class JournalTail {
    private final OwnedSegments segments;
    private final JournalCells cells;
    private final Memory memory;
    private final RecordCheck check;

    /** Where the next record goes. */
    long position;
    /** The sequence that it gets. */
    long sequence;
    /** The stamp of the last record. */
    long stamp;

    private JournalTail(JournalStore store, Memory memory) {
        this.segments = store.segments();
        this.cells = store.cells().through(memory);
        this.memory = memory;
        this.check = new RecordCheck(memory, segments.segmentBytes());
    }

    static JournalTail find(JournalStore store, Memory memory) {
        JournalTail tail = new JournalTail(store, memory);
        tail.find();
        tail.note();
        return tail;
    }

    private void find() {
        Segment begun = null;
        List<Long> empty = new ArrayList<>();
        for (Deque<Long> firsts = new ArrayDeque<>(segments.firsts()); begun == null && !firsts.isEmpty();) {
            Segment segment = segments.mend(firsts.removeLast());
            if (segment != null && isBegun(segment)) {
                begun = segment;
            } else if (segment != null) {
                empty.add(segment.first());
            }
        }
        sequence = -1;
        if (begun != null) {
            scan(begun);
        } else {
            position = RECORDS_OFFSET + (empty.isEmpty() ? segmentOf(cells.tailPosition()) : empty.get(empty.size() - 1));
        }
        if (sequence < 0) { // no record tells
            sequence = cells.tailSequence();
        }
        long current = segmentOf(position);
        empty.stream().filter(first -> first != current && first != current + segments.segmentBytes())
                .forEach(segments::remove);
        if (segments.find(current) == null) {
            segments.prepare(current, -1);
        }
    }

    private long segmentOf(long at) {
        return JournalDescriptor.segmentOf(at, segments.segmentBytes());
    }

    /** True if a record was ever committed in the segment, whatever became of it. */
    private boolean isBegun(Segment segment) {
        return memory.getLongAcquire(segment.address() + RECORDS_OFFSET) != 0
                || cells.tailPosition() > segment.first() + RECORDS_OFFSET;
    }

    /** Goes from record to record to the end. */
    private void scan(Segment segment) {
        int offset = RECORDS_OFFSET;
        sequence = segment.firstSequence();
        while (true) {
            long word = memory.getLongAcquire(segment.address() + offset);
            position = segment.first() + offset;
            if (word == JournalDescriptor.paddingWord(position)) {
                position = segment.first() + segments.segmentBytes() + RECORDS_OFFSET;
                return;
            }
            if (!check.isMessage(segment, offset, word)) {
                // Where the writer has noted more than is here, and where something is here that is no record,
                // there may be whole records behind.
                boolean damaged = word != 0 || cells.tailPosition() > position;
                int next = damaged ? check.nextMessage(segment, offset + 8) : -1;
                if (next < 0) {
                    if (word != 0) {
                        memory.putLongRelease(segment.address() + offset, 0);
                    }
                    return;
                }
                offset = next;
                word = memory.getLong(segment.address() + offset);
            }
            sequence = memory.getLong(segment.address() + offset + RECORD_SEQUENCE_OFFSET) + 1;
            stamp = memory.getLong(segment.address() + offset + RECORD_STAMP_OFFSET);
            offset += JournalDescriptor.recordLength(JournalDescriptor.lengthOf(word));
        }
    }

    /** The notes and the horizon as they are now true, and no reader beyond the end: what it had read there is gone. */
    private void note() {
        memory.putLongRelease(cells.address() + TAIL_POSITION_OFFSET, position);
        memory.putLongRelease(cells.address() + TAIL_SEQUENCE_OFFSET, sequence);
        cells.openHorizon(segments.firsts().first());
        cells.kept().forEach((owner, kept) -> {
            if (kept.position() > position) {
                cells.set(cells.find(owner), position, sequence);
            }
        });
    }
}
