package lanegraph.stage;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A stage with state that decides for each message whether to drop it, forward it, or publish another. Every
 * role has an instance of its own: it must come from a class name or a {@link StageFactory}. One that is
 * {@link AutoCloseable} is closed when its role has ended.
 */
@FunctionalInterface
public interface StatefulTransformStage {
    /** Returned by {@link #apply}: publish nothing. */
    int DROP = -1;

    /** Returned by {@link #apply}: publish the message unchanged. */
    int FORWARD_INPUT = -2;

    /**
     * @param in the message, in place; valid during the call
     * @param scratch where another message may be written; its capacity is the largest length
     * @return {@link #DROP}, {@link #FORWARD_INPUT}, or the length of the message in the scratch, 0…{@code
     *     scratch.capacity()}
     * @throws Exception the message is then handled by the role's on-error
     */
    int apply(DirectBuffer in, MutableDirectBuffer scratch) throws Exception;
}
