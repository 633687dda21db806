package lanegraph.lane;

import static lanegraph.region.JournalDescriptor.RECORDS_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_STAMP_OFFSET;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.function.BooleanSupplier;
import lanegraph.LaneGraphException;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.JournalRefusal;
import lanegraph.region.Memory;
import lanegraph.region.Segment;
import lanegraph.region.Segments;

/**
 * Moves a cursor to where somebody wants to read a journal. Old segments may go meanwhile: then it looks again at
 * what is there. Damage does not stop it; where a record is looked for that may stand in the damage, the cursor is
 * left there, and tells of it when it is read. For one thread.
 */
final class JournalSeek {
    private enum Step { RECORD, DAMAGE, END }

    private final String journal;
    private final Segments segments;
    private final JournalCursor cursor;
    private final RecordCheck check;
    /** What the last search has passed over. */
    private final List<JournalReader.Damage> damages = new ArrayList<>();

    JournalSeek(String journal, Segments segments, JournalCursor cursor) {
        this.journal = journal;
        this.segments = segments;
        this.cursor = cursor;
        this.check = new RecordCheck(Memory.DIRECT, segments.segmentBytes());
    }

    /** The damage that the last search has met. */
    List<JournalReader.Damage> damages() {
        return List.copyOf(damages);
    }

    /** Copies the first whole record that is there and passes over it; false if there is none. */
    boolean first() {
        while (true) {
            cursor.toStart(0);
            long start = cursor.position();
            boolean found = again(this::firstFound);
            long position = cursor.position();
            long sequence = cursor.nextSequence();
            cursor.toStart(0);
            if (cursor.position() == start) { // the answer counts if the first segment was the same one all the time
                cursor.goTo(position, sequence);
                return found;
            }
        }
    }

    private boolean firstFound() {
        damages.clear();
        cursor.toStart(0);
        Step step = step(true);
        while (step == Step.DAMAGE) {
            step = step(true);
        }
        return step == Step.RECORD;
    }

    /** Goes behind the last whole record, which the cursor has found then; false if there is none. */
    boolean toTail() {
        return again(() -> {
            List<Long> there = new ArrayList<>(segments.firsts());
            boolean found = false;
            for (int i = there.size() - 1; i >= 0 && !found; i--) { // the last ones may be empty, or damaged as a whole
                found = toEnd(there.get(i));
            }
            return found;
        });
    }

    /** Goes from the beginning of this segment to the end of the journal; true if there are records in between. */
    private boolean toEnd(long first) {
        damages.clear();
        cursor.goTo(first + RECORDS_OFFSET, -1);
        boolean found = false;
        for (Step step = step(false); step != Step.END; step = step(false)) {
            found |= step == Step.RECORD;
        }
        return found;
    }

    /**
     * Goes to a position that a record begins at, or the end.
     *
     * @throws LaneGraphException {@code journal/bad-position}, {@code journal/position-gone}; {@code
     *     journal/missing-segment}, {@code journal/corrupt}
     */
    void to(long to) {
        long first = JournalDescriptor.segmentOf(to, segments.segmentBytes());
        damages.clear();
        cursor.goTo(first + RECORDS_OFFSET, -1);
        boolean there = to >= 0 && cursor.isThere();
        boolean more = there;
        while (more && cursor.position() < to) {
            more = step(false) != Step.END;
        }
        // The first record of a segment also goes by the segment's own position.
        if (!there || cursor.position() != to && to != first) {
            SortedSet<Long> firsts = segments.firsts();
            throw JournalRefusal.badPosition(journal, to, firsts.isEmpty() ? 0 : firsts.first(),
                    firsts.isEmpty() ? 0 : firsts.last() + segments.segmentBytes());
        }
    }

    /** Goes to the record of this sequence; the first one if it is gone, the end if it is not written yet. */
    void toSequence(long sequence) {
        toLeast(RECORD_SEQUENCE_OFFSET, sequence);
    }

    /** Goes to the first record whose stamp is this time or later; the end if there is none. */
    void toTime(long millis) {
        toLeast(RECORD_STAMP_OFFSET, millis);
    }

    /** Goes to the first record in which this field, which never falls from one to the next, is so much or more. */
    private void toLeast(int field, long least) {
        again(() -> {
            boolean unique = field == RECORD_SEQUENCE_OFFSET;
            damages.clear();
            cursor.goTo(lastBefore(field, unique ? least + 1 : least) + RECORDS_OFFSET, -1);
            long damage = -1;
            for (Step step = step(false); step != Step.END; step = step(false)) {
                long found = unique ? cursor.foundSequence : cursor.foundStamp;
                if (step == Step.DAMAGE) {
                    damage = damages.get(damages.size() - 1).position();
                } else if (found < least) {
                    damage = -1; // what stood in it was less, too
                } else if (damage >= 0 && !(unique && found == least)) {
                    cursor.goTo(damage, -1);
                    return true;
                } else {
                    cursor.goTo(cursor.foundPosition, cursor.foundSequence);
                    return true;
                }
            }
            return false;
        });
    }

    /** The last segment in whose first record this field is less than that; the first one if there is none. */
    private long lastBefore(int field, long bound) {
        cursor.leave();
        List<Long> there = new ArrayList<>(segments.firsts());
        int low = 0;
        int high = there.size() - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            Segment at = segments.findWhole(there.get(middle));
            long word = at == null ? 0 : Memory.DIRECT.getLongAcquire(at.address() + RECORDS_OFFSET);
            long found = at == null ? 0 : Memory.DIRECT.getLong(at.address() + RECORDS_OFFSET + field);
            if (at == null || word != 0 && !check.isMessage(at, RECORDS_OFFSET, word) || !at.isCurrent()) {
                there.remove(middle); // gone or damaged: it tells nothing
                high--;
            } else if (word != 0 && found < bound) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return there.isEmpty() ? 0 : there.get(low);
    }

    /** Passes over a record, or over damage. */
    private Step step(boolean copy) {
        try {
            return cursor.step(copy) ? Step.RECORD : Step.END;
        } catch (LaneGraphException ex) {
            if (!ex.code().equals("journal/corrupt") && !ex.code().equals("journal/missing-segment")) {
                throw ex;
            }
            long position = cursor.position();
            boolean more = cursor.skip();
            damages.add(new JournalReader.Damage(ex.code(), position, ex.getMessage(), more ? cursor.position() : -1));
            return more ? Step.DAMAGE : Step.END;
        }
    }

    /** Searches until nothing has gone on the way. */
    private static boolean again(BooleanSupplier search) {
        while (true) {
            try {
                return search.getAsBoolean();
            } catch (LaneGraphException ex) {
                if (!ex.code().equals("journal/position-gone")) {
                    throw ex;
                }
            }
        }
    }
}
