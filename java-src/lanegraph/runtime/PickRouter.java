package lanegraph.runtime;

import java.util.List;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;

/**
 * Sends each message to one output, which is picked once for each: a full one that blocks is waited for, so that
 * order and turns hold whatever is full.
 */
final class PickRouter extends Router {
    /** Picks an output. */
    @FunctionalInterface
    interface Pick {
        /**
         * @return the place of the output for the message that the reader stands before; -1 for none
         * @throws Exception the message goes by the role's on-error
         */
        int pick(LaneRx rx) throws Exception;
    }

    private static final int NONE = -1;

    private Pick pick;
    private int picked = NONE;

    PickRouter(List<LaneTx> outputs, Pick pick) {
        super(outputs);
        this.pick = pick;
    }

    /** From the next message on, outputs are picked by this; one that was picked already stays. On the role's thread. */
    void pickBy(Pick next) {
        pick = next;
    }

    int pick(LaneRx rx) throws Exception {
        return pick.pick(rx);
    }

    @Override
    Outcome send(LaneRx rx) throws Exception {
        if (picked == NONE) {
            picked = pick.pick(rx);
            if (picked == NONE) {
                return Outcome.FILTERED;
            }
        }
        LaneTx output = outputs[picked];
        waitsFor = picked;
        picked = NONE; // also if the next line throws
        if (output.forward(rx)) {
            return Outcome.PUBLISHED;
        }
        if (output.dropsWhenFull()) {
            output.countDrop();
            return Outcome.DROPPED;
        }
        picked = waitsFor;
        return Outcome.FULL;
    }
}
