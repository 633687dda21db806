package lanegraph.runtime;

import java.util.Map;
import java.util.function.Consumer;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.lane.Hop;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.OwnClass;
import lanegraph.stage.Emit;
import lanegraph.stage.FilterStage;
import lanegraph.stage.InspectStage;
import lanegraph.stage.MapOkStage;
import lanegraph.stage.MapStage;
import lanegraph.stage.SequenceAware;
import lanegraph.stage.StatefulTransformStage;
import lanegraph.stage.ValueFilter;
import lanegraph.stage.ValueInspect;
import lanegraph.stage.ValueStage;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The step of a stage. Each role has {@linkplain OwnClass its own class} of it: one branch of the switch is compiled, and
 * in it the call of its one stage. (So there is no lambda here: a hidden class can have none on JDK 17.)
 */
final class StageStep implements Step, Hop.Function {
    /** What a step asks whose stage may change under it. */
    interface Change {
        /** True if there was one, which {@link #next} takes up. */
        boolean isThere();

        /**
         * Null if there was none; else the step that is in use now. The reader stands before the first message that goes
         * through that.
         */
        Step next() throws Exception;
    }

    // Numbers, since the switch over an enum asks a table of its class with each message.
    private static final int MAP_OK = 0;
    private static final int MAP = 1;
    private static final int FILTER = 2;
    private static final int INSPECT = 3;
    private static final int TRANSFORM = 4;
    private static final int VALUE = 5;
    private static final int VALUE_FILTER = 6;
    private static final int VALUE_INSPECT = 7;

    private final Object stage;
    private final int kind;
    private final SequenceAware aware;
    private final Consumer<Emit> emit;
    private final Change change;

    /**
     * @param emit takes the values before the step returns {@link Step#EMIT}
     * @param change null if the stage cannot change under the step
     */
    StageStep(Object stage, Consumer<Emit> emit, Change change) {
        this.stage = stage;
        this.kind = kind(stage);
        this.aware = stage instanceof SequenceAware sequence ? sequence : null;
        this.emit = emit;
        this.change = change;
    }

    private static int kind(Object stage) {
        if (stage instanceof MapOkStage) {
            return MAP_OK;
        }
        if (stage instanceof MapStage) {
            return MAP;
        }
        if (stage instanceof FilterStage) {
            return FILTER;
        }
        if (stage instanceof InspectStage) {
            return INSPECT;
        }
        if (stage instanceof StatefulTransformStage) {
            return TRANSFORM;
        }
        if (stage instanceof ValueStage) {
            return VALUE;
        }
        if (stage instanceof ValueFilter) {
            return VALUE_FILTER;
        }
        if (stage instanceof ValueInspect) {
            return VALUE_INSPECT;
        }
        throw new IllegalArgumentException("not a stage: " + stage);
    }

    @Override
    public int apply(LaneRx rx, LaneTx tx) throws Exception {
        if (change != null) {
            Step next = change.next();
            if (next != null) {
                return next.apply(rx, tx);
            }
        }
        if (aware != null) {
            aware.sequence(rx.sequence());
        }
        switch (kind) {
            case MAP_OK:
            case MAP:
            case TRANSFORM:
                return ofBytes(rx.payload(), tx.claim());
            case FILTER:
            case INSPECT:
                return ofBytes(rx.payload(), null);
            case VALUE:
                return values(((ValueStage) stage).apply(rx.value()), tx);
            case VALUE_FILTER:
                return ((ValueFilter) stage).test(rx.value()) ? FORWARD : DROP;
            default:
                ((ValueInspect) stage).accept(rx.value());
                return FORWARD;
        }
    }

    @Override
    public Hop.Function ofBytes() {
        return kind <= TRANSFORM && aware == null ? this : null;
    }

    @Override
    public int apply(DirectBuffer in, MutableDirectBuffer out) throws Exception {
        if (change != null && change.isThere()) {
            return Hop.LEAVE; // a change is taken up where the reader stands, and in a hop it stands farther back
        }
        return ofBytes(in, out);
    }

    private int ofBytes(DirectBuffer in, MutableDirectBuffer out) throws Exception {
        switch (kind) {
            case MAP_OK:
                return length(((MapOkStage) stage).apply(in, out));
            case MAP:
                return length(((MapStage) stage).apply(in, out));
            case FILTER:
                return ((FilterStage) stage).test(in) ? FORWARD : DROP;
            case INSPECT:
                ((InspectStage) stage).accept(in);
                return FORWARD;
            default:
                return outcome(((StatefulTransformStage) stage).apply(in, out));
        }
    }

    private int values(Object result, LaneTx tx) {
        if (result == null) {
            return DROP;
        }
        if (result instanceof Emit several) {
            emit.accept(several);
            return EMIT;
        }
        return tx.encode(result);
    }

    private static int length(int length) {
        if (length < 0) {
            throw badLength(length, "0 or more");
        }
        return length;
    }

    private static int outcome(int outcome) {
        return switch (outcome) {
            case StatefulTransformStage.DROP -> DROP;
            case StatefulTransformStage.FORWARD_INPUT -> FORWARD;
            default -> {
                if (outcome < 0) {
                    throw badLength(outcome, "DROP, FORWARD_INPUT, or 0 or more");
                }
                yield outcome;
            }
        };
    }

    private static LaneGraphException badLength(int length, String expected) {
        return new LaneGraphException(Category.FAULT, "stage/bad-length",
                "the stage returned the length " + length + "; expected " + expected, Map.of("length", length));
    }
}
