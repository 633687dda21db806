package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.List;
import java.util.Map;

import lanegraph.LaneGraphException;

/** The rules that a graph keeps; the only place for them. Without state: any thread may call it. */
public final class Validator {
    private static final int SHOWN = 5;

    private Validator() {
    }

    /**
     * Every problem of the graph at once, sorted by path. Never throws, whatever values the spec holds.
     *
     * @return errors and warnings with the codes of {@link Codes}; empty when all is well
     */
    public static List<Problem> validate(GraphSpec spec) {
        Problems problems = new Problems();
        NameRules.check(spec, problems);
        LaneRules.check(spec, problems);
        RoleRules.check(spec, problems);
        ReaderRules.check(spec, problems);
        WriterRules.check(spec, problems);
        ForwardRules.check(spec, problems);
        FlowRules.check(spec, problems);
        CycleRules.check(spec, problems);
        return problems.sorted();
    }

    /**
     * The warnings of a graph without errors.
     *
     * @throws LaneGraphException {@code graph/invalid} when there is an error; {@code problems} in its
     *     details is the list of all errors and warnings
     */
    public static List<Problem> requireValid(GraphSpec spec) {
        List<Problem> problems = validate(spec);
        List<Problem> errors = problems.stream().filter(Problem::isError).toList();
        if (!errors.isEmpty()) {
            StringBuilder message = new StringBuilder("graph ").append(show(spec.name()))
                    .append(" is not valid: errors=").append(errors.size());
            errors.stream().limit(SHOWN).forEach(problem -> message.append("\n  ").append(problem.message()));
            if (errors.size() > SHOWN) {
                message.append("\n  and ").append(errors.size() - SHOWN).append(" more");
            }
            throw new LaneGraphException(LaneGraphException.Category.INCORRECT, Codes.INVALID,
                    message.toString(), Map.of("problems", problems), null);
        }
        return problems;
    }
}
