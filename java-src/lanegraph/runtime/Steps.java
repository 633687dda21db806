package lanegraph.runtime;

import lanegraph.stage.FilterStage;
import lanegraph.stage.InspectStage;
import lanegraph.stage.MapOkStage;
import lanegraph.stage.MapStage;
import lanegraph.stage.StatefulTransformStage;
import lanegraph.stage.ValueFilter;
import lanegraph.stage.ValueInspect;
import lanegraph.stage.ValueRoute;
import lanegraph.stage.ValueStage;

/** What the kind of a stage says about what it does; {@link StageStep} does it. */
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
}
