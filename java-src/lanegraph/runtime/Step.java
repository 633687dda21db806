package lanegraph.runtime;

import lanegraph.lane.Hop;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;

/** What a role does with one message: the only thing in which stages and bridges differ. */
@FunctionalInterface
interface Step {
    /** Publish nothing. */
    int DROP = Hop.DROP;
    /** Publish the message unchanged. */
    int FORWARD = Hop.FORWARD;
    /** Publish the values of {@link lanegraph.stage.Emit}, which the step has handed to its role. */
    int EMIT = Hop.LEAVE - 1;
    /** Of roles without a stage. */
    Step FORWARD_ALL = new Step() {
        @Override
        public int apply(LaneRx rx, LaneTx tx) {
            return FORWARD;
        }

        @Override
        public Hop.Function ofBytes() {
            return (in, out) -> FORWARD;
        }
    };

    /**
     * Called once for a message.
     *
     * @param rx stands before the message
     * @param tx where a result may be claimed; null where there is none
     * @return the length of what was claimed or encoded in {@code tx}, or {@link #DROP}, {@link #FORWARD},
     *     {@link #EMIT}
     */
    int apply(LaneRx rx, LaneTx tx) throws Exception;

    /** The same for many messages in one loop; null if it takes more than their bytes. */
    default Hop.Function ofBytes() {
        return null;
    }
}
