package lanegraph.runtime;

/**
 * Errors of the same kind, message and place.
 *
 * @param text the stack trace
 * @param count how often it was seen
 * @param firstMillis when it was first seen, in milliseconds of the epoch
 * @param lastMillis when it was last seen
 */
public record DistinctError(String text, int count, long firstMillis, long lastMillis) {}
