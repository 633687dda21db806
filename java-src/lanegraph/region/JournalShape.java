package lanegraph.region;

/**
 * What the bytes of a journal mean. A journal of another shape is refused on attach; who reads it, who writes
 * it, how long it is kept and when it is forced to the disk may change from one life to the next.
 *
 * @param segmentBytes the size of a segment, a multiple of 8
 * @param codec the name of the codec that gives the payload its meaning
 */
public record JournalShape(long segmentBytes, String codec) {}
