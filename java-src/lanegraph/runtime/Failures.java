package lanegraph.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;

/** Why a graph failed: every role's error, in the order in which they came. Thread-safe. */
final class Failures {
    private final Map<String, Throwable> byRole = new LinkedHashMap<>();

    /** True if it is the first of all. A role's later errors are suppressed exceptions of its first. */
    synchronized boolean add(String role, Throwable error) {
        Throwable first = byRole.putIfAbsent(role, error);
        if (first != null && first != error) {
            first.addSuppressed(error);
        }
        return byRole.size() == 1 && first == null;
    }

    synchronized Map<String, Throwable> byRole() {
        return new LinkedHashMap<>(byRole);
    }

    boolean none() {
        return byRole().isEmpty();
    }

    /** All of them as one exception: the first is the cause, the others are suppressed. */
    LaneGraphException exception(String code, String graph) {
        Map<String, Throwable> errors = byRole();
        StringBuilder message = new StringBuilder("graph " + graph + " failed:");
        errors.forEach((role, error) -> message.append("\n  ").append(role).append(": ")
                .append(error.getMessage() == null ? error.toString() : error.getMessage()));
        Throwable first = errors.values().iterator().next();
        LaneGraphException failure = new LaneGraphException(Category.FAULT, code, message.toString(),
                Map.of("graph", graph, "roles", errors), first);
        errors.values().stream().skip(1).forEach(failure::addSuppressed);
        return failure;
    }
}
