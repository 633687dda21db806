package lanegraph.runtime;

/**
 * A lane at an instant.
 *
 * @param kind {@code events} …
 * @param capacity in messages
 * @param depth how many messages the slowest reader has before it
 * @param written how many messages were ever written, over all lives of the lane's memory
 * @param read how many of them the slowest reader has passed
 * @param dropped how many were dropped because the lane was full
 * @param memory {@code mapped}, {@code in-memory} or {@code by-reference}
 */
public record LaneStatus(String kind, int capacity, int depth, long written, long read, long dropped, String memory) {}
