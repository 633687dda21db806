package lanegraph.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * One thing that is wrong with a graph, as data.
 *
 * @param code     one of {@link Codes}, such as {@code graph/unknown-lane}
 * @param path     where in the spec: strings and integers, such as {@code ["roles", "parse", "rx"]}
 * @param value    what was found there as plain data (string, number, boolean, list of these), or null
 * @param message  what was found, what was expected, what to do
 * @param hint     a guess at what was meant, or null
 * @param severity an error keeps the graph from starting, a warning does not
 */
public record Problem(String code, List<Object> path, Object value, String message, String hint,
        Severity severity) {
    /** How bad a problem is. */
    public enum Severity {
        /** The graph cannot start. */
        ERROR,
        /** The graph can start, but perhaps not as meant. */
        WARNING
    }

    public Problem {
        Objects.requireNonNull(code, "code");
        path = List.copyOf(path);
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(severity, "severity");
        if (value instanceof List<?> list) {
            value = Collections.unmodifiableList(new ArrayList<>(list));
        }
    }

    /** True when it keeps the graph from starting. */
    public boolean isError() {
        return severity == Severity.ERROR;
    }
}
