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
import lanegraph.stage.SequenceAware;
import lanegraph.stage.StageRequest;
import lanegraph.stage.StageResolver;

/** Resolves the stages of a graph, all of them before anything starts. */
final class Stages {
    private Stages() {}

    /**
     * The stage objects by role.
     *
     * @throws LaneGraphException {@code graph/invalid} with every stage that did not resolve among its {@code
     *     problems}; the causes are suppressed exceptions
     */
    static SortedMap<String, Object> resolve(GraphSpec spec, StageResolver resolver) {
        SortedMap<String, Object> stages = new TreeMap<>();
        List<Problem> problems = new ArrayList<>();
        List<Throwable> causes = new ArrayList<>();
        spec.roles().forEach((role, roleSpec) -> {
            if (roleSpec instanceof RoleSpec.Stage stage) {
                try {
                    Object object = resolve(role, stage, resolver);
                    stages.put(role, object); // from here on it is closed if the spawn fails
                    checkCodecs(spec, role, stage, object);
                } catch (Throwable ex) { // an error too, such as one of a static initializer: the others must be closed
                    problems.add(problem(role, stage, ex));
                    causes.add(ex);
                }
            }
        });
        if (!problems.isEmpty()) {
            closeAll(stages.values(), causes);
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

    private static Object resolve(String role, RoleSpec.Stage spec, StageResolver resolver) throws Exception {
        Object stage = resolver.resolve(new StageRequest(role, spec.stage(), spec.as(), spec.args(), spec.sequence()));
        if (stage == null) {
            throw new LaneGraphException(Category.NOT_FOUND, "graph/unresolved-stage",
                    "role " + role + ": stage " + spec.stage() + " was not found; expected what the resolver of the spawn knows"
                            + " (by default the name of a class on the class path)",
                    Map.of("role", role, "stage", spec.stage()));
        }
        if (!Steps.isStage(stage)) {
            throw new LaneGraphException(Category.INCORRECT, "stage/not-a-stage",
                    "role " + role + ": stage " + spec.stage() + " is a " + stage.getClass().getName()
                            + "; expected an object of one of the interfaces of lanegraph.stage",
                    Map.of("role", role, "stage", spec.stage(), "class", stage.getClass().getName()));
        }
        if (spec.sequence() && !(stage instanceof SequenceAware)) {
            throw new LaneGraphException(Category.INCORRECT, "stage/no-sequence",
                    "role " + role + ": sequence = true, but stage " + spec.stage() + " is a " + stage.getClass().getName()
                            + ", which cannot be told the sequence; expected a function of values or an object that is"
                            + " lanegraph.stage.SequenceAware",
                    Map.of("role", role, "stage", spec.stage(), "class", stage.getClass().getName()));
        }
        return stage;
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

    private static Problem problem(String role, RoleSpec.Stage stage, Throwable ex) {
        String code = ex instanceof LaneGraphException lane ? lane.code() : "graph/unresolved-stage";
        String message = ex instanceof LaneGraphException
                ? ex.getMessage()
                : "role " + role + ": resolving stage " + stage.stage() + " failed: " + ex;
        return new Problem(code, List.of("roles", role, "stage"), stage.stage(), message, null, Problem.Severity.ERROR);
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
