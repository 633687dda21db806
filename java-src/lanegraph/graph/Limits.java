package lanegraph.graph;

/** The bounds that {@link Validator} holds a graph against. */
public final class Limits {
    public static final int MAX_NAME = 63;
    public static final int MAX_PRODUCERS = 64;
    public static final int MAX_CONSUMERS = 64;
    public static final int MIN_SLOTS = 2;
    public static final int MAX_SLOTS = 1 << 20;
    public static final int MIN_SLOT_BYTES = 8;
    public static final int MAX_SLOT_BYTES = 65_528;
    /** A region is smaller than this, since a buffer's index is an int. */
    public static final long REGION_BYTES = 1L << 31;
    /** More than the header and all cells of a region can take. */
    public static final int HEADER_BOUND = 64 * 1024;
    public static final long MIN_SEGMENT_BYTES = 4096;
    public static final long MAX_SEGMENT_BYTES = 1L << 30;
    public static final long MAX_SYNC_MILLIS = 3_600_000;

    private Limits() {
    }
}
