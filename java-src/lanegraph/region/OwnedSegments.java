package lanegraph.region;

/** The segments of a journal, for the one who writes it. Thread-safe; one thread at a time prepares and removes. */
public interface OwnedSegments extends Segments {
    /**
     * As {@link #find}, when the journal is opened: a file that was cut gets its length back, with zeros. One
     * that has lost its header is removed, and null returned.
     */
    Segment mend(long first);

    /**
     * Makes an empty segment whose bytes are really there: no store into it can fail or wait for the system.
     *
     * @param first its position
     * @param victim the position of one that nobody needs any more and whose memory shall be used again, or -1
     * @throws lanegraph.LaneGraphException {@code region/no-space}, {@code region/no-memory}, {@code region/io}
     */
    Segment prepare(long first, long victim);

    /** Removes the segment for good. */
    void remove(long first);
}
