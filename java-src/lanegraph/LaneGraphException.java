package lanegraph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The one exception of lanegraph. It carries a {@linkplain #code() code} for programs ({@code
 * lane/too-large}), a {@linkplain #category() category} that tells what a caller may do about it, and the
 * facts as {@linkplain #details() details}. Its message says what was found, what was expected and what to
 * do.
 */
public final class LaneGraphException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a caller may do about it: the vocabulary of Cognitect's anomalies. */
    public enum Category {
        /** The call was wrong: mend it. */
        INCORRECT,
        /** Not allowed: change the rights. */
        FORBIDDEN,
        /** The thing named is not there. */
        NOT_FOUND,
        /** Something else is there already: choose one of the two. */
        CONFLICT,
        /** Cannot be had now: try again later. */
        UNAVAILABLE,
        /** Not offered here. */
        UNSUPPORTED,
        /** Too much at once: try again later. */
        BUSY,
        /** Stopped before it was done. */
        INTERRUPTED,
        /** A defect, of lanegraph or of the code that it ran. */
        FAULT
    }

    private final Category category;
    private final String code;
    private final transient Map<String, Object> details;

    public LaneGraphException(
            Category category, String code, String message, Map<String, ?> details, Throwable cause) {
        super(message, cause);
        this.category = category;
        this.code = code;
        this.details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    public LaneGraphException(Category category, String code, String message, Map<String, ?> details) {
        this(category, code, message, details, null);
    }

    public Category category() {
        return category;
    }

    /** For programs: {@code area/what}, for example {@code lane/too-large}. */
    public String code() {
        return code;
    }

    /**
     * The facts behind the message; unmodifiable, in the order in which they were given; empty after
     * serialization.
     */
    public Map<String, Object> details() {
        return details == null ? Map.of() : details;
    }
}
