package lanegraph.runtime;

/**
 * A lane at an instant.
 *
 * @param kind {@code events} …
 * @param capacity in messages; 0 for a journal, which limits bytes
 * @param depth how many messages the slowest reader has before it
 * @param written how many messages were ever written, over all lives of the lane's memory
 * @param read how many of them the slowest reader has passed
 * @param dropped how many were dropped because the lane was full
 * @param memory {@code mapped}, {@code in-memory} or {@code by-reference}
 * @param segments of a journal, with one that is prepared for later; else 0
 * @param bytes of memory or files that it takes
 */
public record LaneStatus(String kind, int capacity, int depth, long written, long read, long dropped, String memory,
        int segments, long bytes) {}
