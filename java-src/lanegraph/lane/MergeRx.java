package lanegraph.lane;

import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Reads several lanes as one: each message is taken from one of them, unchanged. A handle belongs to one
 * thread at a time.
 *
 * <p>In turn: it looks from a cursor on for the first lane that has a message; the cursor then goes behind
 * that lane, and one on when none had any. By priority: it looks from the first lane on, always. The message
 * that {@link #peek()} found stays the one that the other methods describe until {@link #advance()}, whatever
 * comes into the other lanes meanwhile.
 */
public final class MergeRx extends LaneRx {
    private final LaneRx[] inputs;
    private final boolean byPriority;
    private final int drainLimit;
    private int cursor;
    /**
     * The place of the reader whose message was found, or was passed over last. The reader itself is no field: a collector
     * may pass a fence with each store of a reference, which this would be with each message.
     */
    private int found;
    private boolean standing;

    /**
     * @param inputs at least one; this handle moves and closes them
     * @param byPriority true to look from the first lane on each time
     */
    public MergeRx(List<LaneRx> inputs, boolean byPriority) {
        this.inputs = inputs.toArray(LaneRx[]::new);
        this.byPriority = byPriority;
        int limit = Integer.MAX_VALUE;
        for (LaneRx input : this.inputs) {
            limit = Math.min(limit, input.drainLimit());
        }
        this.drainLimit = limit; // one lane may have all messages of a drain
    }

    @Override
    public boolean peek() {
        if (standing) {
            return current().peek();
        }
        int i = byPriority ? 0 : cursor;
        for (int seen = 0; seen < inputs.length; seen++) {
            if (inputs[i].look()) {
                found = i;
                standing = true;
                return true;
            }
            i = behind(i);
        }
        cursor = behind(cursor);
        current().peek(); // holds where that lane's producer is on its way; whose turn it is then, the next call tells
        return false;
    }

    @Override
    public void marks(List<Marks> lanes) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].marks(lanes == null ? null : List.of(lanes.get(i)));
        }
    }

    @Override
    public Marks.Mark mark() {
        return current().mark();
    }

    private LaneRx current() {
        return inputs[found];
    }

    private int behind(int i) {
        return i + 1 == inputs.length ? 0 : i + 1;
    }

    /** In the lane of the message. */
    @Override
    public long next() {
        return current().next();
    }

    @Override
    public void advance() {
        current().advance();
        standing = false;
        cursor = behind(found);
    }

    @Override
    public void release() {
        for (LaneRx input : inputs) {
            input.release();
        }
    }

    @Override
    public DirectBuffer payload() {
        return current().payload();
    }

    @Override
    public int length() {
        return current().length();
    }

    @Override
    public Object value() {
        return current().value();
    }

    /** The position in the lane of the message. */
    @Override
    public long position() {
        return current().position();
    }

    @Override
    public long sequence() {
        return current().sequence();
    }

    @Override
    public int drainLimit() {
        return drainLimit;
    }

    /** True if the lane of the message carries objects by reference. */
    @Override
    public boolean byReference() {
        return current().byReference();
    }

    @Override
    int input() {
        return found;
    }

    @Override
    LaneRx source() {
        return current();
    }

    @Override
    long address() {
        return current().address();
    }

    @Override
    public void close() {
        super.close();
        for (LaneRx input : inputs) {
            input.close();
        }
    }
}
