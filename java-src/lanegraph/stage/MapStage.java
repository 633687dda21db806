package lanegraph.stage;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A stage that publishes one message for each, or fails. Runs on its role's thread. */
@FunctionalInterface
public interface MapStage {
    /**
     * @param in the message, in place; valid during the call
     * @param out where the result goes; its capacity is the largest length of a result
     * @return the length of the result in bytes, 0…{@code out.capacity()}
     * @throws Exception the message is then handled by the role's on-error
     */
    int apply(DirectBuffer in, MutableDirectBuffer out) throws Exception;
}
