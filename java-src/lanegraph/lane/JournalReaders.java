package lanegraph.lane;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.region.JournalCells;
import lanegraph.region.JournalCells.Kept;
import lanegraph.region.JournalRefusal;
import lanegraph.region.Segments;

/**
 * The named readers of a journal, of this process and of others: how one is registered, and how far each has come.
 * Thread-safe.
 */
final class JournalReaders {
    private final String journal;
    private final Segments segments;
    private final JournalCells cells;
    private final List<Integer> added = new ArrayList<>();

    JournalReaders(String journal, Segments segments, JournalCells cells) {
        this.journal = journal;
        this.segments = segments;
        this.cells = cells;
    }

    /** See {@link Journal#register}. */
    synchronized void register(String owner, long from) {
        int cell = cells.find(owner);
        if (cell >= 0 && cells.kept(cell).position() != JournalCells.EVERYTHING) {
            return;
        }
        if (cell < 0) { // else a life before died on its way
            cell = cells.hold(journal, owner);
        }
        boolean done = false;
        try {
            place(cell, from);
            done = true;
        } finally {
            if (!done) {
                cells.free(cell);
            }
        }
        added.add(cell);
    }

    /** Looks for the position, while the cell holds everything, and then holds that. */
    private void place(int cell, long from) {
        // Before every other look: the segments from here on stay, those before may be gone at any moment.
        long horizon = cells.horizon();
        if (from == Journal.TAIL) {
            long position = cells.tailPosition();
            cells.set(cell, position, cells.tailSequence());
            return;
        }
        JournalCursor looking = new JournalCursor(journal, segments, cells);
        if (from == Journal.START) {
            looking.toStart(horizon);
        } else if (from >= 0 && from < horizon) {
            throw JournalRefusal.positionGone(journal, from, horizon, cells.tailPosition());
        } else {
            new JournalSeek(journal, segments, looking).to(from);
        }
        long position = looking.position();
        long sequence = looking.next() ? looking.foundSequence : cells.tailSequence();
        cells.set(cell, position, sequence);
    }

    /** Frees the cells of those that were registered here. */
    synchronized void freeAdded() {
        added.forEach(cells::free);
        added.clear();
    }

    /** The offset of the cell of this reader; throws {@code lane/no-such-owner}. */
    int cell(String owner) {
        int cell = cells.find(owner);
        if (cell < 0) {
            throw noSuchOwner("reader", owner, cells.kept().keySet());
        }
        return cell;
    }

    static LaneGraphException noSuchOwner(String what, String owner, Object known) {
        return new LaneGraphException(Category.NOT_FOUND, "lane/no-such-owner",
                "lane has no " + what + " of this name: owner=" + owner + " owners=" + known,
                Map.of("owner", owner, "owners", known));
    }

    /** The sequence that all of them have reached; that of the next record if there is none. */
    long consumed() {
        return cells.kept().values().stream().mapToLong(Kept::sequence).min().orElse(cells.tailSequence());
    }

    /** How many records each has before it. */
    SortedMap<String, Integer> depths() {
        SortedMap<String, Integer> depths = new TreeMap<>();
        cells.kept().forEach((owner, kept) -> depths.put(owner, behind(kept.sequence())));
        return depths;
    }

    int depth(String owner) {
        return behind(cells.kept(cell(owner)).sequence());
    }

    /** How many records were written from this sequence on. */
    int behind(long sequence) {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, cells.tailSequence() - sequence));
    }

    /** The stamp of the record that the slowest has before it; -1 if there is none. */
    long oldestMillis() {
        return cells.kept().values().stream()
                .min(Comparator.comparingLong(Kept::sequence))
                .filter(slowest -> slowest.sequence() < cells.tailSequence())
                .map(slowest -> new JournalCursor(journal, segments, cells).stampAt(slowest.position()))
                .orElse(-1L);
    }
}
