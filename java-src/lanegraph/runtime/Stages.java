package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.Problem;
import lanegraph.graph.RoleSpec;
import lanegraph.graph.RouterPolicy;
import lanegraph.stage.SequenceAware;
import lanegraph.stage.StageRequest;
import lanegraph.stage.StageResolver;
import lanegraph.stage.StageSource;

/** Resolves the stages of a graph, all of them before anything starts. */
final class Stages {
    private Stages() {}

    /**
     * The stages of the roles of a part, by role.
     *
     * @throws LaneGraphException {@code graph/invalid} with every stage that did not resolve among its {@code
     *     problems}; the causes are suppressed exceptions
     */
    static SortedMap<String, RoleStage> resolve(GraphSpec spec, Part part, StageResolver resolver) {
        SortedMap<String, RoleStage> stages = new TreeMap<>();
        List<Problem> problems = new ArrayList<>();
        List<Throwable> causes = new ArrayList<>();
        spec.roles().forEach((role, roleSpec) -> {
            StageRequest request = part.hasRole(role) ? request(role, roleSpec) : null;
            if (request != null) {
                try {
                    RoleStage.Made made = made(request, resolver);
                    // From here on it is closed if the spawn fails.
                    stages.put(role, new RoleStage(request, made, roleSpec.rx().get(0).lane()));
                    check(spec, roleSpec, request, made.object());
                } catch (Throwable ex) { // an error too, such as one of a static initializer: the others must be closed
                    problems.add(problem(roleSpec, request, ex));
                    causes.add(ex);
                }
            }
        });
        if (!problems.isEmpty()) {
            closeAll(objects(stages).values(), causes);
            StringBuilder message = new StringBuilder("graph ").append(spec.name())
                    .append(": stages that do not resolve=").append(problems.size());
            problems.forEach(problem -> message.append("\n  ").append(problem.message()));
            LaneGraphException failure = new LaneGraphException(Category.INCORRECT, "graph/invalid", message.toString(),
                    Map.of("problems", problems), causes.get(0));
            causes.stream().skip(1).forEach(failure::addSuppressed);
            throw failure;
        }
        return stages;
    }

    /** What a role asks the resolver for: a stage its function, a router what chooses its outputs; else null. */
    private static StageRequest request(String role, RoleSpec spec) {
        if (spec instanceof RoleSpec.Stage stage) {
            return new StageRequest(role, stage.stage(), stage.as(), stage.args(), stage.sequence());
        }
        return spec instanceof RoleSpec.Router router && router.policy() instanceof RouterPolicy.By by
                ? new StageRequest(role, by.stage(), "route", null, false)
                : null;
    }

    /** The stage objects by role. */
    static Map<String, Object> objects(Map<String, RoleStage> stages) {
        Map<String, Object> objects = new TreeMap<>();
        stages.forEach((role, stage) -> objects.put(role, stage.object()));
        return objects;
    }

    /** The first stage of a role; what a roll-back to it needs is asked of the resolver again. */
    private static RoleStage.Made made(StageRequest request, StageResolver resolver) throws Exception {
        Object found = resolve(request, resolver);
        return found instanceof StageSource source
                ? made(request, source)
                : new RoleStage.Made(request.stage(), RoleStage.fixed(again -> resolve(again, resolver)), null, found);
    }

    /** A stage of what the source holds now. */
    static RoleStage.Made made(StageRequest request, StageSource source) throws Exception {
        Object revision = source.revision();
        return new RoleStage.Made(request.stage(), source, revision, source.create(request, revision));
    }

    /**
     * As made; what making it throws is one of the exceptions of this library.
     *
     * @throws LaneGraphException {@code stage/not-a-stage}; {@code stage/init-failed}; what the source itself reports
     */
    static RoleStage.Made madeNow(StageRequest request, StageSource source) {
        try {
            RoleStage.Made made = made(request, source);
            if (made.object() == null) {
                throw new LaneGraphException(Category.INCORRECT, "stage/not-a-stage",
                        "role " + request.role() + ": stage " + request.stage() + " is null; expected a stage",
                        Map.of("role", request.role(), "stage", request.stage()));
            }
            return made;
        } catch (LaneGraphException ex) {
            throw ex;
        } catch (Exception ex) {
            throw new LaneGraphException(Category.INCORRECT, "stage/init-failed",
                    "role " + request.role() + ": stage " + request.stage() + " cannot be made: " + ex,
                    Map.of("role", request.role(), "stage", request.stage()), ex);
        }
    }

    private static Object resolve(StageRequest request, StageResolver resolver) throws Exception {
        Object stage = resolver.resolve(request);
        if (stage == null) {
            throw new LaneGraphException(Category.NOT_FOUND, "graph/unresolved-stage",
                    "role " + request.role() + ": stage " + request.stage()
                            + " was not found; expected what the resolver of the spawn knows"
                            + " (by default the name of a class on the class path)",
                    Map.of("role", request.role(), "stage", request.stage()));
        }
        return stage;
    }

    /**
     * @throws LaneGraphException {@code stage/not-a-stage}; {@code stage/no-sequence}; {@code stage/no-state}; {@code
     *     graph/codec-mismatch}
     */
    static void check(GraphSpec spec, RoleSpec role, StageRequest request, Object object) {
        if (role instanceof RoleSpec.Stage stage) {
            if (!Steps.isStage(object)) {
                throw notAStage(request, object, "an object of one of the interfaces of lanegraph.stage for stages");
            }
            if (stage.sequence() && !(object instanceof SequenceAware)) {
                throw refused(request, object, "stage/no-sequence", ", which cannot be told the sequence, yet the role says"
                        + " sequence = true; expected a function of values or an object that is"
                        + " lanegraph.stage.SequenceAware");
            }
            if (stage.recovery() != null && RoleStage.stateOf(object, false) == null) {
                throw refused(request, object, "stage/no-state", ", which keeps no state, yet the role says recover; expected"
                        + " as = stateful, or an object that is a StatefulStage, a StatefulTransformStage or a StateCarrier of"
                        + " lanegraph.stage; leave recover out");
            }
            checkCodecs(spec, request.role(), stage, object);
        } else if (!Routers.isRoute(object)) {
            throw notAStage(request, object, "a function of values, or a RouteStage or ValueRoute of lanegraph.stage");
        }
    }

    private static LaneGraphException notAStage(StageRequest request, Object object, String expected) {
        return refused(request, object, "stage/not-a-stage", "; expected " + expected);
    }

    private static LaneGraphException refused(StageRequest request, Object object, String code, String why) {
        String type = object.getClass().getName();
        return new LaneGraphException(Category.INCORRECT, code,
                "role " + request.role() + ": stage " + request.stage() + " is a " + type + why,
                Map.of("role", request.role(), "stage", request.stage(), "class", type));
    }

    /**
     * A stage that may send the message on unchanged needs equal codecs; its role's {@code as} need not have
     * told that.
     */
    private static void checkCodecs(GraphSpec spec, String role, RoleSpec.Stage stage, Object object) {
        String from = spec.lanes().get(stage.from().lane()).codec();
        String to = spec.lanes().get(stage.to()).codec();
        if (Steps.mayForward(object) && !from.equals(to)) {
            throw new LaneGraphException(Category.INCORRECT, "graph/codec-mismatch",
                    "role " + role + ": stage " + stage.stage() + " forwards messages from " + stage.from().lane() + " to "
                            + stage.to() + " of another codec: " + from + " and " + to
                            + "; expected: equal codecs; change one, or convert in a stage",
                    Map.of("role", role, "stage", stage.stage()));
        }
    }

    private static Problem problem(RoleSpec role, StageRequest request, Throwable ex) {
        String code = ex instanceof LaneGraphException lane ? lane.code() : "graph/unresolved-stage";
        String message = ex instanceof LaneGraphException
                ? ex.getMessage()
                : "role " + request.role() + ": resolving stage " + request.stage() + " failed: " + ex;
        List<Object> path = role instanceof RoleSpec.Stage
                ? List.of("roles", request.role(), "stage")
                : List.of("roles", request.role(), "policy", "by");
        return new Problem(code, path, request.stage(), message, null, Problem.Severity.ERROR);
    }

    /** Closes those that are {@link AutoCloseable}; what they throw is added to the list. */
    static void closeAll(Iterable<?> stages, List<Throwable> errors) {
        for (Object stage : stages) {
            if (stage instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Throwable ex) { // an error too: the other stages and the locks come after it
                    errors.add(ex);
                }
            }
        }
    }
}
