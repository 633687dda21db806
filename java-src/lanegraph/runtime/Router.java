package lanegraph.runtime;

import java.util.Arrays;
import java.util.List;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;

/** Sends each message of a role to some of several lanes, unchanged. It belongs to the role's thread. */
abstract class Router {
    final LaneTx[] outputs;
    /** The place of the lane that the last {@link Outcome#FULL} was about. */
    int waitsFor;
    /** True if the last send put the message into a lane, or dropped it there, though not yet everywhere. */
    boolean moved;

    Router(List<LaneTx> outputs) {
        this.outputs = outputs.toArray(LaneTx[]::new);
    }

    /**
     * Does what can be done now for the message that the reader stands before. After {@link Outcome#FULL} it
     * is called again with the same message; after an exception, or any other outcome, with the next.
     *
     * @throws Exception the message goes by the role's on-error, once; nothing of it is left to be sent
     */
    abstract Outcome send(LaneRx rx) throws Exception;

    /** The name of the lane that the last {@link Outcome#FULL} was about. */
    final String blockedOn() {
        return outputs[waitsFor].lane();
    }

    /** The lanes of its outputs, in their order. */
    final List<String> names() {
        return Arrays.stream(outputs).map(LaneTx::lane).toList();
    }

    /** The output to the lane of this name, or null. */
    final LaneTx output(String lane) {
        for (LaneTx output : outputs) {
            if (output.lane().equals(lane)) {
                return output;
            }
        }
        return null;
    }
}
