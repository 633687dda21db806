package lanegraph.runtime;

import java.util.Map;
import java.util.function.Consumer;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.stage.Emit;
import lanegraph.stage.FilterStage;
import lanegraph.stage.InspectStage;
import lanegraph.stage.MapOkStage;
import lanegraph.stage.MapStage;
import lanegraph.stage.SequenceAware;
import lanegraph.stage.StatefulTransformStage;
import lanegraph.stage.ValueFilter;
import lanegraph.stage.ValueInspect;
import lanegraph.stage.ValueRoute;
import lanegraph.stage.ValueStage;

/** Makes the {@link Step} of a stage. */
final class Steps {
    private Steps() {}

    /** True if the object is a stage of any kind. */
    static boolean isStage(Object stage) {
        return stage instanceof ValueStage
                || stage instanceof ValueFilter
                || stage instanceof ValueInspect
                || stage instanceof MapOkStage
                || stage instanceof MapStage
                || stage instanceof FilterStage
                || stage instanceof InspectStage
                || stage instanceof StatefulTransformStage;
    }

    /** True if the stage, or what chooses the outputs of a router, works on values, so that its lanes may carry references. */
    static boolean isValueStage(Object stage) {
        return stage instanceof ValueStage
                || stage instanceof ValueFilter
                || stage instanceof ValueInspect
                || stage instanceof ValueRoute;
    }

    /** True if the stage may send the message on as it came. */
    static boolean mayForward(Object stage) {
        return stage instanceof FilterStage
                || stage instanceof InspectStage
                || stage instanceof StatefulTransformStage
                || stage instanceof ValueFilter
                || stage instanceof ValueInspect;
    }

    /**
     * The step of this stage.
     *
     * @param emit takes the values before the step returns {@link Step#EMIT}
     */
    static Step of(Object stage, Consumer<Emit> emit) {
        Step step = plain(stage, emit);
        if (stage instanceof SequenceAware aware) { // a step of its own: the others are not asked at each message
            return (rx, tx) -> {
                aware.sequence(rx.sequence());
                return step.apply(rx, tx);
            };
        }
        return step;
    }

    private static Step plain(Object stage, Consumer<Emit> emit) {
        if (stage instanceof MapOkStage map) {
            return (rx, tx) -> length(map.apply(rx.payload(), tx.claim()));
        }
        if (stage instanceof MapStage map) {
            return (rx, tx) -> length(map.apply(rx.payload(), tx.claim()));
        }
        if (stage instanceof FilterStage filter) {
            return (rx, tx) -> filter.test(rx.payload()) ? Step.FORWARD : Step.DROP;
        }
        if (stage instanceof InspectStage inspect) {
            return (rx, tx) -> {
                inspect.accept(rx.payload());
                return Step.FORWARD;
            };
        }
        if (stage instanceof StatefulTransformStage transform) {
            return (rx, tx) -> outcome(transform.apply(rx.payload(), tx.claim()));
        }
        if (stage instanceof ValueStage values) {
            return (rx, tx) -> {
                Object result = values.apply(rx.value());
                if (result == null) {
                    return Step.DROP;
                }
                if (result instanceof Emit several) {
                    emit.accept(several);
                    return Step.EMIT;
                }
                return tx.encode(result);
            };
        }
        if (stage instanceof ValueFilter filter) {
            return (rx, tx) -> filter.test(rx.value()) ? Step.FORWARD : Step.DROP;
        }
        if (stage instanceof ValueInspect inspect) {
            return (rx, tx) -> {
                inspect.accept(rx.value());
                return Step.FORWARD;
            };
        }
        throw new IllegalArgumentException("not a stage: " + stage);
    }

    private static int length(int length) {
        if (length < 0) {
            throw badLength(length, "0 or more");
        }
        return length;
    }

    private static int outcome(int outcome) {
        return switch (outcome) {
            case StatefulTransformStage.DROP -> Step.DROP;
            case StatefulTransformStage.FORWARD_INPUT -> Step.FORWARD;
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
