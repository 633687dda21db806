package lanegraph.runtime;

import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;

/** What a role does with one message: the only thing in which stages and bridges differ. */
@FunctionalInterface
interface Step {
    /** Publish nothing. */
    int DROP = -1;
    /** Publish the message unchanged. */
    int FORWARD = -2;
    /** Publish the values of {@link lanegraph.stage.Emit}, which the step has handed to its role. */
    int EMIT = -3;
    /** Of roles without a stage. */
    Step FORWARD_ALL = (rx, tx) -> FORWARD;

    /**
     * Called once for a message.
     *
     * @param rx stands before the message
     * @param tx where a result may be claimed; null where there is none
     * @return the length of what was claimed or encoded in {@code tx}, or {@link #DROP}, {@link #FORWARD},
     *     {@link #EMIT}
     */
    int apply(LaneRx rx, LaneTx tx) throws Exception;
}
