package lanegraph.lane;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import lanegraph.LaneGraphException;
import lanegraph.region.JournalCells;
import lanegraph.region.JournalFolder;

/**
 * Reads a journal from outside of any graph, in any process, while it is written or after: for tools. It has no kept
 * position and changes nothing, so what it has not read may be removed while it reads. Every record is a copy.
 * Its one mapping goes with {@link #close}, or at the next segment.
 *
 * <p>Thread-safe; what belongs together, such as a seek and the reading behind it, is for one thread.
 *
 * <p>Once closed, every method throws {@link LaneGraphException} with code {@code lane/closed}.
 */
public final class JournalReader implements AutoCloseable {
    /**
     * One record.
     *
     * @param position the position of its first byte in the journal
     * @param sequence how many records were written before it
     * @param stamp when it was written, in milliseconds since 1970
     * @param bytes the message; never changed again
     */
    public record Record(long position, long sequence, long stamp, byte[] bytes) {}

    /**
     * A journal at an instant. The positions, sequences and stamps are those of the first and of the last
     * record; an empty journal has {@code firstSequence == nextSequence} and stamps of 0.
     *
     * @param start the position of the first record that is there
     * @param end the position behind the last record
     * @param dropped messages that were dropped because the journal was full
     * @param segments the positions of the segments that are there, with one that is prepared for later
     * @param readers where each named reader stands, by owner
     * @param damages what is damaged before the first whole record and in the last segment; {@link #verify} looks
     *     at all
     */
    public record Info(String lane, Path directory, String codec, long segmentBytes, long start, long end,
            long firstSequence, long nextSequence, long firstStamp, long lastStamp, long dropped, List<Long> segments,
            Map<String, JournalCells.Kept> readers, List<Damage> damages) {}

    /** Bytes that are no records. {@code goesOn} is the position of the next whole record, -1 if there is none. */
    public record Damage(String code, long position, String message, long goesOn) {}

    /** What {@link #verify} found: whole records, the bytes of their messages, and damage. */
    public record Verification(long records, long bytes, long start, long end, List<Damage> damages) {}

    private final String lane;
    private final JournalFolder folder;
    private final JournalCursor cursor;
    private final JournalSeek seek;
    private boolean closed;

    private JournalReader(String lane, JournalFolder folder) {
        this.lane = lane;
        this.folder = folder;
        this.cursor = new JournalCursor(folder.directory().toString(), folder, folder.cells());
        this.seek = seek(cursor);
        cursor.toStart(0);
    }

    /**
     * A reader before the first record of the journal of this lane in this directory.
     *
     * @throws LaneGraphException {@code journal/not-found}; {@code lane/corrupt}, {@code lane/other-version}; {@code
     *     region/not-a-file}, {@code region/io}
     */
    public static JournalReader open(Path dir, String lane) {
        return new JournalReader(lane, JournalFolder.open(dir, lane));
    }

    /**
     * Forgets the kept position of a reader that will not return, such as {@code role/keep} or {@code
     * endpoint/out}: what it has not read need not be kept for it any more.
     *
     * @return false if the journal keeps none of this name
     * @throws LaneGraphException {@code role/owned} if that reader is at work; {@code journal/not-found}
     */
    public static boolean forget(Path dir, String lane, String owner) {
        return JournalFolder.forget(dir, lane, owner);
    }

    /**
     * The next record, and passes over it; null if there is none, or none yet: call again later.
     *
     * @throws LaneGraphException {@code journal/corrupt} or {@code journal/missing-segment}: the reader stays
     *     where it is, and {@link #skip} goes on behind; {@code journal/position-gone}: {@link #toStart} goes
     *     on with what is there
     */
    public synchronized Record next() {
        checkOpen();
        return cursor.next()
                ? new Record(cursor.foundPosition, cursor.foundSequence, cursor.foundStamp, cursor.foundBytes) : null;
    }

    /** The name of the codec that the messages are written with. */
    public synchronized String codec() {
        checkOpen();
        return folder.shape().codec();
    }

    /** The position of the next record to read. */
    public synchronized long position() {
        checkOpen();
        return cursor.position();
    }

    /** Goes to the first record that is there. */
    public synchronized void toStart() {
        checkOpen();
        cursor.toStart(0);
    }

    /** Goes behind the last whole record. */
    public synchronized void toTail() {
        checkOpen();
        seek.toTail();
    }

    /**
     * Goes to the record that begins at this position, or the end.
     *
     * @throws LaneGraphException {@code journal/bad-position} if none does; {@code journal/position-gone}; {@code
     *     journal/missing-segment}, {@code journal/corrupt}
     */
    public synchronized void seek(long position) {
        checkOpen();
        seek.to(position);
    }

    /**
     * Goes to the record of this sequence; the first one if it is gone, the end if it is not written yet. Where
     * damage stands in its place, the reader stays before that, and {@link #next} tells; so with the two below.
     */
    public synchronized void seekSequence(long sequence) {
        checkOpen();
        seek.toSequence(sequence);
    }

    /** Goes to the first record written at this time (milliseconds since 1970) or later; the end if there is none. */
    public synchronized void seekTime(long millis) {
        checkOpen();
        seek.toTime(millis);
    }

    /** Goes to where this many records are left, or as many as there are. */
    public synchronized void seekLast(long records) {
        checkOpen();
        seek.toTail();
        seek.toSequence(Math.max(0, cursor.nextSequence() - records));
    }

    /**
     * After {@code journal/corrupt} or {@code journal/missing-segment}: goes to the first whole record behind
     * the damage.
     *
     * @return false, and stays, if there is none
     */
    public synchronized boolean skip() {
        checkOpen();
        return cursor.skip();
    }

    /** What the journal is and holds, as far as that can be read. The reader stays where it is. */
    public synchronized Info info() {
        JournalCursor at = another();
        JournalSeek there = seek(at);
        boolean some = there.first();
        Set<Damage> damages = new LinkedHashSet<>(there.damages());
        long start = some ? at.foundPosition : at.position();
        long firstSequence = some ? at.foundSequence : folder.cells().tailSequence();
        long firstStamp = some ? at.foundStamp : 0;
        there.toTail();
        damages.addAll(there.damages());
        long nextSequence = some ? Math.max(at.nextSequence(), firstSequence + 1) : firstSequence;
        return new Info(lane, folder.directory(), folder.shape().codec(), folder.segmentBytes(), start, at.position(),
                firstSequence, nextSequence, firstStamp, some ? at.foundStamp : 0, folder.cells().dropped(),
                List.copyOf(folder.firsts()), new TreeMap<>(folder.cells().kept()), List.copyOf(damages));
    }

    /** One that looks elsewhere, while the reader stays where it is. */
    private JournalCursor another() {
        checkOpen();
        cursor.leave(); // both have the folder's one mapping
        return new JournalCursor(folder.directory().toString(), folder, folder.cells());
    }

    private JournalSeek seek(JournalCursor of) {
        return new JournalSeek(folder.directory().toString(), folder, of);
    }

    /**
     * Reads every record that is there when it begins, but those that go meanwhile, and tells what is damaged. The
     * reader stays where it is.
     */
    public synchronized Verification verify() {
        JournalCursor at = another();
        List<Damage> damages = new ArrayList<>();
        seek(at).toTail();
        long end = at.position();
        at.toStart(0);
        long start = at.position();
        long records = 0;
        long bytes = 0;
        boolean more = true;
        while (more && at.position() < end) {
            long expected = at.nextSequence();
            try {
                more = at.next();
                if (more) {
                    records++;
                    bytes += at.foundBytes.length;
                    checkSequence(at, expected, damages);
                }
            } catch (LaneGraphException ex) {
                if (ex.code().equals("journal/position-gone")) {
                    at.toStart(0);
                    continue;
                }
                long position = at.position();
                more = at.skip();
                damages.add(new Damage(ex.code(), position, ex.getMessage(), more ? at.position() : -1));
            }
        }
        return new Verification(records, bytes, start, at.position(), damages);
    }

    private static void checkSequence(JournalCursor at, long expected, List<Damage> damages) {
        if (expected >= 0 && at.foundSequence != expected) {
            damages.add(new Damage("journal/corrupt", at.foundPosition, "the record at position " + at.foundPosition
                    + " has sequence " + at.foundSequence + ", expected " + expected, at.foundPosition));
        }
    }

    /** Gives the mapping back. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            folder.close();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw LaneErrors.closed(lane);
        }
    }
}
