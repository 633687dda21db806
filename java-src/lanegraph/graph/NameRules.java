package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Names: their form, and no two of a section that differ by upper and lower case alone. */
final class NameRules {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0," + (Limits.MAX_NAME - 1) + "}");

    private NameRules() {
    }

    static void check(GraphSpec spec, Problems problems) {
        form("graph", List.of("name"), spec.name(), problems);
        section("lane", "lanes", spec.lanes().keySet(), problems);
        section("role", "roles", spec.roles().keySet(), problems);
        section("endpoint", "endpoints", spec.endpoints().keySet(), problems);
        spec.roles().forEach((name, role) -> {
            if (role.thread() != null) {
                form("thread group", List.of("roles", name, "thread"), role.thread(), problems);
            }
        });
    }

    private static void section(String what, String section, Collection<String> names, Problems problems) {
        Map<String, String> folded = new HashMap<>();
        for (String name : names) {
            form(what, List.of(section, name), name, problems);
            String other = folded.putIfAbsent(fold(name), name);
            if (other != null) {
                problems.error(Codes.NAME_CLASH, List.of(section, name), name,
                        "two " + section + " have names that differ by case alone: " + show(other) + " and "
                                + show(name) + "; expected: names that differ, since some file systems "
                                + "do not tell these apart; rename one");
            }
        }
    }

    private static void form(String what, List<Object> path, String name, Problems problems) {
        if (!NAME.matcher(name).matches()) {
            String better = fold(name).strip().replaceAll("[^a-z0-9-]+", "-").replaceAll("^[^a-z]+|-+$", "");
            problems.error(Codes.BAD_NAME, path, name,
                    "bad name of a " + what + ": name=" + show(name)
                            + "; expected: a letter a-z, then at most "
                            + (Limits.MAX_NAME - 1) + " of a-z, 0-9 and -; rename it",
                    NAME.matcher(better).matches() ? "for example " + better : null);
        }
    }

    private static String fold(String name) {
        return name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }
}
