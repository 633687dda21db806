package lanegraph.region;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;

/** The exceptions of this package: which code, which category, which words. */
final class Refusal {
    private static final String WAYS_OUT =
            "; start with existing=replace to throw away what is in it, or choose another directory";

    private static final List<String> OWNER_FACTS = List.of("who", "since", "pid", "host");

    private Refusal() {}

    /** The file holds a ring, but another one than asked for: {@code lane/incompatible}. */
    static LaneGraphException incompatible(
            final Path file, final String field, final Object found, final Object expected) {
        return unfit("lane/incompatible", "is of another shape", file, field, found, expected);
    }

    /** The file is damaged or no ring at all: {@code lane/corrupt}. */
    static LaneGraphException corrupt(
            final Path file, final String field, final Object found, final Object expected) {
        return unfit("lane/corrupt", "is damaged or no lane", file, field, found, expected);
    }

    /** The control file is damaged: {@code control/corrupt}. */
    static LaneGraphException controlCorrupt(Path file, String field, Object found, Object expected) {
        return control("is damaged", file, field, found, expected, "remove it");
    }

    /** The control file was laid out by another version of lanegraph: {@code control/corrupt}. */
    static LaneGraphException controlOtherVersion(Path file, int found, int expected) {
        return control("has the layout of another version", file, "version", found, expected,
                "use the version that made it, or remove it");
    }

    private static LaneGraphException control(String what, Path file, String field, Object found, Object expected,
            String wayOut) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("file", file.toString());
        details.put("field", field);
        details.put("found", found);
        details.put("expected", expected);
        return new LaneGraphException(Category.CONFLICT, "control/corrupt", "control file " + what + ": file=" + file
                + " field=" + field + " found=" + found + " expected=" + expected + "; " + wayOut
                + " while nothing runs there: it holds no message", details);
    }

    /** The lane file is not there: {@code lane/not-found}. */
    static LaneGraphException noLane(Path file) {
        return new LaneGraphException(Category.NOT_FOUND, "lane/not-found",
                "there is no such lane file: file=" + file + "; start the graph in this directory first",
                Map.of("file", file.toString()));
    }

    /** The file is damaged or none of a role: {@code lane/corrupt}. */
    static LaneGraphException corruptRole(
            final Path file, final String field, final Object found, final Object expected) {
        return unfit("lane/corrupt", "is damaged or none of a role", file, field, found, expected);
    }

    /** The file was laid out by another version of lanegraph: {@code lane/other-version}. */
    static LaneGraphException otherVersion(final Path file, final Object found, final Object expected) {
        return unfit("lane/other-version", "has another layout", file, "version", found, expected);
    }

    private static LaneGraphException unfit(final String code, final String what, final Path file,
            final String field, final Object found, final Object expected) {
        final Map<String, Object> details = new LinkedHashMap<>();
        details.put("file", file.toString());
        details.put("field", field);
        details.put("found", found);
        details.put("expected", expected);
        return new LaneGraphException(Category.CONFLICT, code, "lane file " + what + ": file=" + file
                + " field=" + field + " found=" + found + " expected=" + expected + WAYS_OUT, details);
    }

    static LaneGraphException exists(final Path file) {
        return new LaneGraphException(Category.CONFLICT, "lane/exists",
                "lane file is there already: file=" + file + " existing=refuse"
                        + "; start with existing=continue or existing=replace, or choose another directory",
                Map.of("file", file.toString()));
    }

    static LaneGraphException notAFile(final Path file, final String found) {
        return new LaneGraphException(Category.CONFLICT, "region/not-a-file",
                "expected a regular file: file=" + file + " found=" + found
                        + "; move it away, or choose another directory",
                Map.of("file", file.toString(), "found", found));
    }

    /** Others could change what a graph trusts: {@code region/not-private}. */
    static LaneGraphException notPrivate(Path path, String found, String expected) {
        return new LaneGraphException(Category.FORBIDDEN, "region/not-private",
                "not private: path=" + path + " found: " + found + " expected: " + expected
                        + "; change its owner or rights (chmod go-w), or choose a directory of your own",
                Map.of("path", path.toString(), "found", found, "expected", expected));
    }

    static LaneGraphException badName(final String what, final String name, final String expected) {
        return new LaneGraphException(Category.INCORRECT, "region/bad-name",
                what + " is not allowed: found=" + (name == null ? "null" : '"' + shown(name) + '"')
                        + " expected=" + expected,
                Map.of("found", String.valueOf(name), "expected", expected));
    }

    static LaneGraphException badShape(final String field, final Object found, final Object expected) {
        final Map<String, Object> details = new LinkedHashMap<>();
        details.put("field", field);
        details.put("found", found);
        details.put("expected", expected);
        return new LaneGraphException(Category.INCORRECT, "lane/bad-shape",
                "no ring can have this shape: field=" + field + " found=" + found + " expected=" + expected,
                details);
    }

    static LaneGraphException tooBig(final long length, final long limit) {
        return new LaneGraphException(Category.INCORRECT, "lane/too-big",
                "lane is too big for one region: bytes=" + length + " limit=" + limit
                        + "; use fewer slots or smaller ones",
                Map.of("bytes", length, "limit", limit));
    }

    static LaneGraphException noMemory(final long length, final Throwable cause) {
        return new LaneGraphException(Category.UNAVAILABLE, "region/no-memory",
                "no memory for a lane: bytes=" + length + " reason=" + cause.getMessage()
                        + "; use fewer or smaller slots, or raise -XX:MaxDirectMemorySize",
                Map.of("bytes", length), cause);
    }

    static LaneGraphException noMapping(final Path file, final long length, final Throwable cause) {
        return new LaneGraphException(Category.UNAVAILABLE, "region/no-memory",
                "lane file cannot be mapped: file=" + file + " bytes=" + length
                        + " reason=" + cause.getMessage()
                        + "; use fewer or smaller slots, or raise the limit on address space and mappings",
                Map.of("file", file.toString(), "bytes", length), cause);
    }

    static LaneGraphException noSpace(final Path directory, final long length, final IOException cause) {
        return new LaneGraphException(Category.UNAVAILABLE, "region/no-space",
                "no space for a file: directory=" + directory + " needed=" + length + " bytes"
                        + " reason=" + reason(cause) + "; free some space, or choose another directory",
                Map.of("directory", directory.toString(), "needed", length), cause);
    }

    static LaneGraphException noLinks(final Path directory, final Throwable cause) {
        return new LaneGraphException(Category.UNSUPPORTED, "region/no-links",
                "file system makes no hard links: directory=" + directory + " reason=" + reason(cause)
                        + "; choose a directory on another one",
                Map.of("directory", directory.toString()), cause);
    }

    /** A directory that cannot be made, reached or written. */
    static LaneGraphException noDirectory(final Path directory, final Throwable cause) {
        final boolean forbidden = cause instanceof AccessDeniedException
                || reason(cause).contains("Read-only") || reason(cause).contains("not permitted");
        final Category category = forbidden ? Category.FORBIDDEN : Category.NOT_FOUND;
        return new LaneGraphException(category, "region/no-directory",
                "directory cannot be made or written: directory=" + directory + " reason=" + reason(cause)
                        + (forbidden ? "; change its rights, or choose another one"
                                : "; choose one that can be made"),
                Map.of("directory", directory.toString()), cause);
    }

    static LaneGraphException noLocks(final Path directory, final Throwable cause) {
        return new LaneGraphException(Category.UNSUPPORTED, "region/no-locks",
                "file system locks no files: directory=" + directory + " reason=" + reason(cause)
                        + "; choose a directory on another one",
                Map.of("directory", directory.toString()), cause);
    }

    /**
     * {@code role/owned}.
     *
     * @param lock the lock file
     * @param text what its owner wrote, or anything at all: {@code key=value} lines
     */
    static LaneGraphException owned(final String owner, final Path lock, final String text) {
        final Map<String, Object> details = new LinkedHashMap<>();
        details.put("owner", owner);
        final SortedMap<String, String> facts = facts(text);
        OWNER_FACTS.forEach(key -> details.put(key, facts.get(key)));
        final Path directory = lock.getParent().getParent();
        details.put("directory", directory.toString());
        return new LaneGraphException(Category.CONFLICT, "role/owned",
                "owned by another already: " + details.entrySet().stream().map(Object::toString)
                        .collect(Collectors.joining(" "))
                        + "; stop that one first, or choose another directory",
                details);
    }

    /** What an owner wrote of itself, or anything at all: who, since, pid, host. */
    static SortedMap<String, String> facts(final String text) {
        final SortedMap<String, String> facts = new TreeMap<>();
        for (final String key : OWNER_FACTS) {
            facts.put(key, text.lines().filter(line -> line.startsWith(key + "=")).findFirst()
                    .map(line -> shown(line.substring(key.length() + 1))).orElse("unknown"));
        }
        return facts;
    }

    static LaneGraphException noSuchOwner(final String what, final String owner, final Object owners) {
        final Map<String, Object> details = new LinkedHashMap<>();
        details.put("owner", owner);
        details.put("owners", owners);
        return new LaneGraphException(Category.NOT_FOUND, "lane/no-such-owner",
                "lane has no " + what + " of this name: owner=" + owner + " owners=" + owners, details);
    }

    /** {@code call/interrupted}: the caller's thread, which stays so. */
    static LaneGraphException interrupted(String what) {
        return new LaneGraphException(Category.INTERRUPTED, "call/interrupted", "interrupted: " + what, Map.of());
    }

    /** A failure that has no better name. */
    static LaneGraphException io(final Path file, final IOException cause) {
        return new LaneGraphException(Category.UNAVAILABLE, "region/io",
                "file access failed:" + (file == null ? "" : " file=" + file) + " reason=" + reason(cause),
                file == null ? Map.of() : Map.of("file", file.toString()), cause);
    }

    /** What the system said, without the name of the file (the messages here give it themselves). */
    static String reason(final Throwable cause) {
        if (!(cause instanceof FileSystemException)) {
            return String.valueOf(cause.getMessage());
        }
        final String reason = ((FileSystemException) cause).getReason();
        return reason != null ? reason
                : cause instanceof AccessDeniedException ? "access denied"
                : cause instanceof NoSuchFileException ? "no such file or directory"
                : cause instanceof FileAlreadyExistsException file ? "no directory has the name " + file.getFile()
                : cause.getClass().getSimpleName();
    }

    /** True if the system said that a disk, a quota or a size limit is used up. */
    static boolean isFull(final IOException cause) {
        final String message = String.valueOf(cause.getMessage());
        return message.contains("No space") || message.contains("uota") || message.contains("too large");
    }

    /** Safe to show: short, and without control characters. */
    private static String shown(final String text) {
        return (text.length() > 80 ? text.substring(0, 80) + "…" : text).replaceAll("\\p{Cntrl}", "?");
    }
}
