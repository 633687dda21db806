package lanegraph.lane;

/**
 * A message of a lane that was looked at: a copy of its bytes, or, where the lane carries objects, the object itself.
 *
 * @param position where it stands, as {@link LaneRx#position()} tells it
 * @param sequence of the message, as {@link LaneRx#sequence()} tells it
 * @param value the object; null if there are bytes
 * @param bytes as the lane's codec has written them; null if there is a value
 */
public record Sample(long position, long sequence, Object value, byte[] bytes) {}
