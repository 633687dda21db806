package lanegraph.region;

import java.util.SortedSet;
import lanegraph.LaneGraphException;

/** The segments of a journal, for who reads them. */
public interface Segments {
    /** The size of each, in bytes. */
    long segmentBytes();

    /** The positions of those that are there, one that is prepared for later among them. A copy or a view. */
    SortedSet<Long> firsts();

    /**
     * The segment that begins at this position; null if it is not there (any more).
     *
     * @throws LaneGraphException {@code journal/corrupt} if its header is not that of this segment; {@code
     *     region/not-a-file}, {@code region/no-memory}, {@code region/io}
     */
    Segment find(long first);

    /** As {@link #find}; null also for one whose header is damaged. */
    default Segment findWhole(long first) {
        try {
            return find(first);
        } catch (LaneGraphException ex) {
            if (ex.code().equals("journal/corrupt")) {
                return null;
            }
            throw ex;
        }
    }
}
