package lanegraph.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * How one key or value stands in a line of the canonical text, and how it is read back.
 *
 * <p>Escaped are the backslash ({@code \\}), line feed ({@code \n}), every other control character and
 * every lone surrogate ({@code \}{@code u001b}); in keys also the dot ({@code \.}) and the equals sign
 * ({@code \=}). A value that is not given is {@code \-}, which no escaped text can be.
 */
final class KeyText {
    /** A value that is not given. */
    static final String ABSENT = "\\-";

    private KeyText() {
    }

    /** A key of these parts: escaped, with dots between. */
    static String key(List<String> parts) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            escape(parts.get(i), true, i == 0 ? text : text.append('.'));
        }
        return text.toString();
    }

    /** A value, or {@link #ABSENT} for null. */
    static String value(String value) {
        return value == null ? ABSENT : escape(value, false, new StringBuilder()).toString();
    }

    /**
     * Where the key of a line ends: the place of its first equals sign without a backslash before it, or -1.
     */
    static int endOfKey(String line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '=') {
                return i;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    /** The parts of an escaped key; null when an escape is wrong. */
    static List<String> parts(String key) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= key.length(); i++) {
            if (i == key.length() || key.charAt(i) == '.') {
                String part = unescape(key.substring(start, i));
                if (part == null) {
                    return null;
                }
                parts.add(part);
                start = i + 1;
            } else if (key.charAt(i) == '\\') {
                i++;
            }
        }
        return parts;
    }

    /** An escaped key part or value without its escapes; null when an escape is wrong. */
    static String unescape(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            i++;
            char escaped = i < text.length() ? text.charAt(i) : ' ';
            if (escaped == 'n') {
                plain.append('\n');
            } else if (escaped == '\\' || escaped == '.' || escaped == '=') {
                plain.append(escaped);
            } else if (escaped == 'u' && i + 4 < text.length()) {
                int code = hex(text.substring(i + 1, i + 5));
                if (code < 0) {
                    return null;
                }
                plain.append((char) code);
                i += 4;
            } else {
                return null;
            }
        }
        return plain.toString();
    }

    private static int hex(String digits) {
        int code = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            code = code * 16 + digit;
        }
        return code;
    }

    private static StringBuilder escape(String text, boolean key, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' || key && (c == '.' || c == '=')) {
                out.append('\\').append(c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (Character.isISOControl(c) || loneSurrogate(text, i)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out;
    }

    private static boolean loneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
