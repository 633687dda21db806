package lanegraph.runtime;

import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import lanegraph.graph.GraphSpec;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import org.agrona.DirectBuffer;

/**
 * What can be done with a graph from the process that runs it, {@link LaneGraph}, and from any other one, {@link
 * AttachedGraph}: write and read its endpoints, and look inside. Thread-safe; {@link LaneGraph} tells the errors.
 */
public interface GraphAccess extends AutoCloseable {
    GraphSpec spec();

    String name();

    State state();

    /** Writes a value into an ingress endpoint, without waiting; false if its lane is full. */
    boolean offer(String endpoint, Object value);

    /** As {@link #offer(String, Object)}, but waits up to this time for room. */
    boolean offer(String endpoint, Object value, long timeoutMillis);

    /** As {@link #offer(String, Object)}, for bytes, which are copied. */
    boolean offer(String endpoint, DirectBuffer source, int offset, int length);

    /** Takes up to {@code max} values from an egress endpoint: what was taken is gone. */
    List<Object> take(String endpoint, int max, long timeoutMillis);

    /**
     * As {@link #take}, but what was received stays in the lane until {@link #ack}: who dies in between receives it again,
     * in its next life or in another process. Values taken before an ack hold room, like values not taken.
     */
    List<Object> receive(String endpoint, int max, long timeoutMillis);

    /** All that was received from an egress endpoint so far is done with, and gone from its lane. */
    void ack(String endpoint);

    /** The next value of an egress endpoint, or null; without waiting. */
    Object poll(String endpoint);

    /** Lends the bare writer of an ingress endpoint to one owner, until that closes it. */
    LaneTx writer(String endpoint);

    /** Lends the bare reader of an egress endpoint; otherwise as {@link #writer}. */
    LaneRx reader(String endpoint);

    /** The next values that the slowest reader of a lane has before it, left where they are. */
    List<Object> peek(String lane, int max);

    /** Values of a lane from this sequence on, left where they are. */
    List<Object> peek(String lane, long sequence, int max);

    /** Hands messages of a lane to a function as they are written. */
    Tap tap(String lane, long every, long first, Consumer<Object> onMessage);

    /** What the graph is doing. */
    GraphStatus status();

    /** How busy each role is, 0 to 1, looked at for so long on the caller's thread. */
    SortedMap<String, Double> busy(long millis);

    /** The messages with which roles of this process are parked. */
    List<Parked> parked();

    @Override
    void close();
}
