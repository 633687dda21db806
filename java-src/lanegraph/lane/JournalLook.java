package lanegraph.lane;

import lanegraph.LaneGraphException;
import lanegraph.region.JournalCells;
import lanegraph.region.Segments;

/** Looks at the records of a journal beside its writer and its readers, in a process of theirs. Thread-safe. */
final class JournalLook {
    private final JournalCells cells;
    private final JournalCursor cursor;
    private final JournalSeek seek;

    JournalLook(String journal, Segments segments, JournalCells cells) {
        this.cells = cells;
        this.cursor = new JournalCursor(journal, segments, cells);
        this.seek = new JournalSeek(journal, segments, cursor);
    }

    /** The sequence of the first record that is there; that of the next one if there is none. */
    synchronized long oldest() {
        long end = cells.tailSequence(); // before the look: what is written after it found nothing is not older
        return seek.first() ? cursor.foundSequence : end;
    }

    /** The record of this sequence; null if it is gone or not written yet. */
    synchronized Sample sample(long sequence) {
        try {
            if (cursor.nextSequence() != sequence) { // else the last look was at the one before it
                seek.toSequence(sequence);
            }
            return cursor.next() && cursor.foundSequence == sequence
                    ? new Sample(cursor.foundPosition, sequence, null, cursor.foundBytes) : null;
        } catch (LaneGraphException ex) {
            if (ex.code().equals("journal/position-gone")) {
                return null;
            }
            throw ex;
        }
    }
}
