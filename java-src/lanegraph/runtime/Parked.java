package lanegraph.runtime;

/**
 * A message whose stage threw and which waits in its lane to be retried or skipped.
 *
 * @param role the role that waits
 * @param lane where the message is; null if the role reads several
 * @param position of the message in the lane
 * @param message the message, by the codec of its lane; null if that cannot read it
 * @param error what was thrown
 * @param millis when, in milliseconds since 1970
 */
public record Parked(String role, String lane, long position, Object message, Throwable error, long millis) {}
