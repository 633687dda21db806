package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import lanegraph.LaneGraphException;

/**
 * The lines of one canonical text by key; used by one thread. Each field takes its line by a typed method, so
 * that a line that nobody took is unknown. Every method throws {@code graph/bad-text} with the line's number.
 */
final class CanonicalLines {
    /** One line; the value is without escapes, or null when it is not given. */
    record Line(int number, String text, List<String> parts, String value) {
    }

    private final SortedMap<String, Line> lines = new TreeMap<>();
    private final Set<String> taken = new HashSet<>();
    private final int end;

    CanonicalLines(String text) {
        int number = 0;
        String last = "";
        for (int start = 0; start < text.length() || number == 0;) {
            number++;
            int stop = text.indexOf('\n', start);
            if (stop < 0) {
                throw bad(number, show(text.substring(start)), "a line feed at the end of every line");
            }
            String line = text.substring(start, stop);
            start = stop + 1;
            if (number == 1) {
                if (!line.equals(CanonicalText.HEADER)) {
                    throw bad(number, show(line), CanonicalText.HEADER + ", which this library reads");
                }
                continue;
            }
            last = add(number, line, last);
        }
        end = number + 1;
    }

    private String add(int number, String text, String last) {
        int equals = KeyText.endOfKey(text);
        if (equals <= 0) {
            throw bad(number, show(text), "key=value");
        }
        String key = text.substring(0, equals);
        String rest = text.substring(equals + 1);
        List<String> parts = KeyText.parts(key);
        if (parts == null || !KeyText.key(parts).equals(key)) {
            throw bad(number, show(key), "a key with escapes only where they are needed");
        }
        String value = rest.equals(KeyText.ABSENT) ? null : KeyText.unescape(rest);
        if (!KeyText.value(value).equals(rest) || value == null && !rest.equals(KeyText.ABSENT)) {
            throw bad(number, show(text), "a value with escapes only where they are needed");
        }
        if (key.equals(last)) {
            throw bad(number, show(text), "each key once");
        }
        if (key.compareTo(last) < 0) {
            throw bad(number, show(text), "keys in order: this one before " + show(last));
        }
        lines.put(key, new Line(number, text, parts, value));
        return key;
    }

    /** The names of a section, as far as keys have them. */
    SortedSet<String> names(String section) {
        SortedSet<String> names = new TreeSet<>();
        lines.values().stream().filter(line -> line.parts.size() > 2 && line.parts.get(0).equals(section))
                .forEach(line -> names.add(line.parts.get(1)));
        return names;
    }

    /** Throws when a line is left. */
    void requireEmpty() {
        lines.forEach((key, line) -> {
            if (!taken.contains(key)) {
                throw bad(line, "only keys that a graph has");
            }
        });
    }

    boolean has(String... key) {
        return lines.containsKey(KeyText.key(List.of(key)));
    }

    Line take(String... parts) {
        String key = KeyText.key(List.of(parts));
        Line line = lines.get(key);
        if (line == null) {
            int place = lines.tailMap(key).values().stream().mapToInt(Line::number).findFirst().orElse(end);
            throw bad(place, "no " + show(key), "that key, since every field has its line");
        }
        taken.add(key);
        return line;
    }

    String string(String... key) {
        Line line = take(key);
        if (line.value == null) {
            throw bad(line, "a value");
        }
        return line.value;
    }

    boolean bool(String... key) {
        Line line = take(key);
        if (!"true".equals(line.value) && !"false".equals(line.value)) {
            throw bad(line, "true or false");
        }
        return "true".equals(line.value);
    }

    int integer(String... key) {
        return (int) whole(take(key), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    long number(String... key) {
        return whole(take(key), Long.MIN_VALUE, Long.MAX_VALUE);
    }

    static long whole(Line line, long min, long max) {
        try {
            long value = Long.parseLong(String.valueOf(line.value));
            if (value >= min && value <= max && Long.toString(value).equals(line.value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of range
        }
        throw bad(line, "a whole number from " + min + " to " + max + " in plain digits");
    }

    <E extends Enum<E>> E constant(Class<E> type, String... key) {
        return constant(type, take(key));
    }

    <E extends Enum<E>> E optional(Class<E> type, String... key) {
        Line line = take(key);
        return line.value == null ? null : constant(type, line);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, Line line) {
        E constant = line.value == null ? null : Keys.find(type, line.value);
        if (constant == null) {
            throw bad(line, "one of " + Keys.all(type));
        }
        return constant;
    }

    static LaneGraphException bad(Line line, String expected) {
        return bad(line.number, show(line.text), expected);
    }

    private static LaneGraphException bad(int line, String found, String expected) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("line", line);
        details.put("found", found);
        details.put("expected", expected);
        return new LaneGraphException(LaneGraphException.Category.INCORRECT, Codes.BAD_TEXT,
                "text of a graph, line " + line + ": found " + found + "; expected: " + expected
                        + "; mend the line, or write the text again from the graph", details, null);
    }
}
