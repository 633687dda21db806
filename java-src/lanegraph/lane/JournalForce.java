package lanegraph.lane;

import lanegraph.region.JournalCells;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.Segment;
import lanegraph.region.Segments;

/** Forces to the disk what was written since the last time. For the journal's thread. */
final class JournalForce {
    private final Segments segments;
    private final JournalCells cells;
    private long forced;

    /** @param from the position up to which all is on the disk, or of no interest */
    JournalForce(Segments segments, JournalCells cells, long from) {
        this.segments = segments;
        this.cells = cells;
        this.forced = from;
    }

    /** Throws {@code journal/not-forced}; the next call goes on there. */
    void run() {
        long size = segments.segmentBytes();
        long tail = cells.tailPosition();
        while (forced < tail) {
            long first = JournalDescriptor.segmentOf(forced, size);
            Segment segment = segments.find(first);
            long end = Math.min(tail, first + size);
            if (segment != null) { // else it has been removed already
                segment.force((int) (forced - first), (int) (end - forced));
                segment.force(0, JournalDescriptor.RECORDS_OFFSET);
            }
            forced = end;
        }
        cells.force();
    }
}
