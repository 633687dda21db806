package lanegraph.runtime;

import java.util.Arrays;
import java.util.List;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import org.agrona.LangUtil;

/**
 * Sends each message to every output, once to each. A full output that blocks holds the message up, but keeps
 * nothing from those that have room; one that drops counts the message and has no part in it.
 *
 * <p>An output that cannot carry the message (its slots are too small, its codec fails) is an error of the
 * message, told once the others have it; but not where an error ends the role: then none gets what is too
 * large for one, since the message stays in its lane and would come to the others a second time.
 */
final class BroadcastRouter extends Router {
    private final boolean endsOnError;
    /** Which outputs are done with the message. */
    private final boolean[] settled;
    /** How many are not; 0 between two messages. */
    private int open;
    private boolean published;
    private Throwable failure;

    /** @param endsOnError true if a message that fails ends the role */
    BroadcastRouter(List<LaneTx> outputs, boolean endsOnError) {
        super(outputs);
        this.endsOnError = endsOnError;
        this.settled = new boolean[this.outputs.length];
    }

    @Override
    Outcome send(LaneRx rx) {
        if (open == 0) {
            begin(rx);
        }
        moved = false;
        boolean full = false;
        for (int i = 0; i < outputs.length; i++) {
            if (!settled[i] && !settle(i, rx) && !full) {
                full = true;
                waitsFor = i;
            }
        }
        if (full) {
            return Outcome.FULL;
        }
        if (failure != null) {
            failed();
        }
        return published ? Outcome.PUBLISHED : Outcome.DROPPED;
    }

    private void begin(LaneRx rx) {
        if (endsOnError && !rx.byReference()) {
            for (LaneTx output : outputs) {
                if (!output.byReference() && rx.length() > output.maxLength()) {
                    output.forward(rx); // throws, and says it best
                }
            }
        }
        Arrays.fill(settled, false);
        open = outputs.length;
        published = false;
    }

    /** True if the output is done with the message. */
    private boolean settle(int i, LaneRx rx) {
        LaneTx output = outputs[i];
        try {
            if (output.forward(rx)) {
                published = true;
            } else if (output.dropsWhenFull()) {
                output.countDrop();
            } else {
                return false;
            }
        } catch (Throwable error) { // a codec may throw anything
            fail(error);
        }
        settled[i] = true;
        open--;
        moved = true;
        return true;
    }

    private void fail(Throwable error) {
        if (failure == null) {
            failure = error;
        } else if (failure != error) {
            failure.addSuppressed(error);
        }
        if (endsOnError || ErrorRule.isFatal(error)) {
            open = 0;
            failed();
        }
    }

    /** Throws the error of the message, and is ready for the next. */
    private void failed() {
        Throwable error = failure;
        failure = null;
        LangUtil.rethrowUnchecked(error);
    }
}
