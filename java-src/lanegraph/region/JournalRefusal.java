package lanegraph.region;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;

/** The exceptions of journals: which code, which category, which words. */
public final class JournalRefusal {
    private JournalRefusal() {}

    /** {@code journal/corrupt}: the bytes at this position are not those that were written. */
    public static LaneGraphException corrupt(String journal, long position, String field, Object found, Object expected) {
        Map<String, Object> details = details(journal, position);
        details.put("field", field);
        details.put("found", found);
        details.put("expected", expected);
        return new LaneGraphException(Category.FAULT, "journal/corrupt",
                "journal is damaged: journal=" + journal + " position=" + position + " field=" + field + " found=" + found
                        + " expected=" + expected + "; nothing was read there. Restore its files, or go on behind the damage:"
                        + " verify tells where",
                details);
    }

    /** {@code journal/missing-segment}: a file in the middle is not there. */
    public static LaneGraphException missingSegment(String journal, long position, long first, long end) {
        Map<String, Object> details = range(journal, position, first, end);
        return new LaneGraphException(Category.NOT_FOUND, "journal/missing-segment",
                "journal has a gap: journal=" + journal + " position=" + position + " there=" + first + " to " + end
                        + "; its segment is missing among those that are there. Restore the file, or go on behind the gap",
                details);
    }

    /** {@code journal/position-gone}: what was there has been removed. */
    public static LaneGraphException positionGone(String journal, long position, long first, long end) {
        Map<String, Object> details = range(journal, position, first, end);
        return new LaneGraphException(Category.NOT_FOUND, "journal/position-gone",
                "journal no longer has this position: journal=" + journal + " position=" + position + " there=" + first
                        + " to " + end + "; read from a position that is there, or keep more with retain-bytes and retain-ms",
                details);
    }

    /** {@code journal/bad-position}: no record begins there. */
    public static LaneGraphException badPosition(String journal, long position, long first, long end) {
        Map<String, Object> details = range(journal, position, first, end);
        return new LaneGraphException(Category.INCORRECT, "journal/bad-position",
                "no record of the journal begins at this position: journal=" + journal + " position=" + position + " there="
                        + first + " to " + end + "; take a position that a reader has told",
                details);
    }

    /** {@code journal/not-forced}: the system could not write to the disk. */
    static LaneGraphException notForced(long position, Throwable cause) {
        return new LaneGraphException(Category.UNAVAILABLE, "journal/not-forced",
                "journal could not be forced to the disk: position=" + position + " reason=" + cause.getMessage()
                        + "; what was written since the last success may not survive a power failure",
                Map.of("position", position), cause);
    }

    /** {@code journal/too-many-readers}: no cell is free. */
    static LaneGraphException tooManyReaders(String journal, String owner, int cells) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("journal", journal);
        details.put("owner", owner);
        details.put("readers", cells);
        return new LaneGraphException(Category.CONFLICT, "journal/too-many-readers",
                "journal keeps as many positions as it can: journal=" + journal + " owner=" + owner + " readers=" + cells
                        + "; forget those that will not return",
                details);
    }

    /** {@code journal/not-found}: there is no journal; those that are in the same directory are told. */
    static LaneGraphException notFound(Path directory) {
        List<String> there = journals(directory.getParent());
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("directory", directory.toString());
        details.put("journals", there);
        return new LaneGraphException(Category.NOT_FOUND, "journal/not-found",
                "no journal here: directory=" + directory + (there.isEmpty() ? "" : " journals=" + there)
                        + "; expected the folder of a graph that has run with :dir, and the"
                        + " name of a lane of kind journal. One in memory can be read by peek alone",
                details);
    }

    /** The lanes whose journals are in this directory. */
    private static List<String> journals(Path dir) {
        List<String> lanes = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(dir, "*.journal")) {
            found.forEach(each -> lanes.add(each.getFileName().toString().replaceFirst("\\.journal$", "")));
        } catch (IOException | DirectoryIteratorException ex) {
            return List.of(); // there is no such directory, or none that can be read
        }
        Collections.sort(lanes);
        return lanes;
    }

    private static Map<String, Object> range(String journal, long position, long first, long end) {
        Map<String, Object> details = details(journal, position);
        details.put("first", first);
        details.put("end", end);
        return details;
    }

    private static Map<String, Object> details(String journal, long position) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("journal", journal);
        details.put("position", position);
        return details;
    }
}
