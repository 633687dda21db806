package lanegraph.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the problems of one graph; used by one thread. */
final class Problems {
    private static final int SHOWN = 80;
    private static final Comparator<Problem> ORDER = Comparator
            .comparing(Problem::path, Problems::comparePaths)
            .thenComparing(Problem::code)
            .thenComparing(Problem::message);

    private final List<Problem> found = new ArrayList<>();

    void error(String code, List<Object> path, Object value, String message, String hint) {
        found.add(new Problem(code, path, value, message, hint, Problem.Severity.ERROR));
    }

    void error(String code, List<Object> path, Object value, String message) {
        error(code, path, value, message, null);
    }

    void warning(String code, List<Object> path, Object value, String message) {
        found.add(new Problem(code, path, value, message, null, Problem.Severity.WARNING));
    }

    /** What was found, sorted by path. */
    List<Problem> sorted() {
        return found.stream().sorted(ORDER).toList();
    }

    /**
     * A text as messages show it: as it is when it is plain, else quoted, escaped, and cut when it is long.
     */
    static String show(String text) {
        boolean plain = !text.isEmpty() && text.length() <= SHOWN;
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            boolean printable = c > ' ' && c < 0x7f && c != '"' && c != '\\';
            plain &= printable;
            if (printable || c == ' ') {
                quoted.append(c);
            } else {
                quoted.append(c == '"' || c == '\\' ? "\\" + c : String.format("\\u%04x", (int) c));
            }
        }
        return plain ? text : quoted.append(text.length() > SHOWN ? "…\"" : "\"").toString();
    }

    /** A reference as messages show it: {@code both} or {@code [both 1]}. */
    static String show(LaneRef ref) {
        return ref.isWhole() ? show(ref.lane()) : "[" + show(ref.lane()) + " " + ref.consumer() + "]";
    }

    private static int comparePaths(List<Object> a, List<Object> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = compareSteps(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int compareSteps(Object a, Object b) {
        if (a instanceof Integer x && b instanceof Integer y) {
            return x.compareTo(y);
        }
        return a.toString().compareTo(b.toString());
    }
}
