package lanegraph.stage;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A stage that cannot fail: it always publishes one message. Runs on its role's thread. */
@FunctionalInterface
public interface MapOkStage {
    /**
     * @param in the message, in place; valid during the call
     * @param out where the result goes; its capacity is the largest length of a result
     * @return the length of the result in bytes, 0…{@code out.capacity()}
     */
    int apply(DirectBuffer in, MutableDirectBuffer out);
}
