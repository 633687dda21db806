package lanegraph.runtime;

/**
 * Sampled messages that a reader of a lane was not done with when the time was over.
 *
 * @param lane the lane they stand in
 * @param reader the owner of the cursor, as in {@link LatencySample}
 * @param messages how many messages they stand for
 * @param longestNanos since the first of them became visible in the lane
 */
public record LatencyWaiting(String lane, String reader, long messages, long longestNanos) {}
