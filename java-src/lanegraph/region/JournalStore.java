package lanegraph.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * The bytes of one journal: its segments and its cells, in a directory {@code <dir>/<lane>.journal} or in the
 * memory of this process. The directory (0700) and its files (0600) are made where they are missing. Thread-safe.
 */
public final class JournalStore {
    static final String CELLS = "journal.cells";
    private static final int ATTEMPTS = 100;

    private final JournalShape shape;
    private final Path directory; // null in memory
    private final OwnedSegments segments;
    private final JournalCells cells;
    private final boolean created;
    private final Directories made;

    private JournalStore(JournalShape shape, Path directory, OwnedSegments segments, JournalCells cells, boolean created,
            Directories made) {
        this.shape = shape;
        this.directory = directory;
        this.segments = segments;
        this.cells = cells;
        this.created = created;
        this.made = made;
    }

    /** A fresh journal in the memory of this process, with its first segment. */
    public static JournalStore inMemory(JournalShape shape) {
        ByteBuffer memory = ByteBuffer.allocateDirect(JournalDescriptor.CELLS_LENGTH + 127).alignedSlice(128);
        memory.put(0, JournalCells.header(shape).array());
        OwnedSegments segments = new MemorySegments(shape.segmentBytes());
        segments.prepare(0, -1);
        return new JournalStore(shape, null, segments, new JournalCells(memory), true, null);
    }

    /**
     * The journal in {@code <dir>/<lane>.journal}, made if it is missing. What it made it removes again if it fails.
     *
     * @param owner true for the one who will write, and holds the lock for it
     * @param durable true to force each new file to the disk
     * @throws lanegraph.LaneGraphException {@code lane/exists}; {@code lane/incompatible} with both values, {@code
     *     lane/other-version}, {@code lane/corrupt}; those of files as {@link Region#mapped}
     */
    public static JournalStore mapped(Path dir, String lane, JournalShape shape, Existing existing, boolean owner,
            boolean durable) {
        Path directory = dir.toAbsolutePath().resolve(lane + ".journal");
        return FileThread.call(() -> {
            IOException last = null;
            for (int i = 0; i < ATTEMPTS; i++) {
                try {
                    return open(directory, shape, existing, owner, durable);
                } catch (FileAlreadyExistsException | NoSuchFileException ex) {
                    last = ex; // somebody else made it, or took it away, in between: look again
                }
            }
            throw Refusal.io(directory, last);
        });
    }

    private static JournalStore open(Path directory, JournalShape shape, Existing existing, boolean owner, boolean durable)
            throws IOException {
        boolean there = isThere(directory);
        if (there && existing == Existing.REFUSE) {
            throw Refusal.exists(directory);
        }
        if (there && existing == Existing.CONTINUE) {
            return attach(directory, shape, owner, durable, true, null);
        }
        Path old = null;
        if (there) {
            old = TemporaryFile.path(directory.getParent(), directory.getFileName().toString());
            Files.move(directory, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Directories made = new Directories();
        boolean done = false;
        try {
            made.make(directory);
            create(directory, shape);
            JournalStore store = attach(directory, shape, owner, durable, true, made);
            done = true;
            return store;
        } finally {
            if (!done) {
                made.undo();
                if (old != null) {
                    Files.move(old, directory, StandardCopyOption.ATOMIC_MOVE);
                }
            } else if (old != null) {
                removeFiles(old);
                Files.delete(old);
            }
        }
    }

    private static boolean isThere(Path directory) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(directory, BasicFileAttributes.class, NOFOLLOW_LINKS);
            if (!found.isDirectory()) {
                throw Refusal.notAFile(directory, found.isSymbolicLink() ? "symbolic link" : "file; expected a directory");
            }
            return Files.exists(directory.resolve(CELLS), NOFOLLOW_LINKS);
        } catch (NoSuchFileException ex) {
            return false;
        } catch (IOException ex) {
            throw Refusal.noDirectory(directory.getParent(), ex);
        }
    }

    /** The first segment, then the cells: where there are cells there is a journal. */
    private static void create(Path directory, JournalShape shape) throws IOException {
        Path first = directory.resolve(JournalDescriptor.fileName(0));
        boolean done = false;
        try (TemporaryFile temporary = new TemporaryFile(directory, "segment", shape.segmentBytes())) {
            SegmentFiles.fresh(temporary, 0, shape.segmentBytes());
            link(temporary, first);
        } catch (FileAlreadyExistsException ex) {
            done = true; // another makes the same journal now, or died while it did: its segment is as good
        }
        try (TemporaryFile temporary = new TemporaryFile(directory, CELLS, JournalDescriptor.CELLS_LENGTH)) {
            temporary.fill();
            temporary.write(JournalCells.header(shape), 0);
            link(temporary, directory.resolve(CELLS));
            done = true;
        } catch (FileAlreadyExistsException ex) {
            done = true; // another was faster: its cells belong to whatever segment is there now
            throw ex;
        } finally {
            if (!done) {
                Files.deleteIfExists(first);
            }
        }
    }

    private static void link(TemporaryFile temporary, Path file) throws IOException {
        try {
            Files.createLink(file, temporary.path());
        } catch (FileAlreadyExistsException | NoSuchFileException ex) {
            throw ex;
        } catch (IOException | UnsupportedOperationException ex) {
            throw Refusal.noLinks(file.getParent(), ex);
        }
    }

    /** @param made the directories that were made for a fresh journal; null if it was there */
    private static JournalStore attach(Path directory, JournalShape shape, boolean owner, boolean durable, boolean write,
            Directories made) throws IOException {
        Rights.check(directory);
        JournalCells cells = new JournalCells(cells(directory, shape, write));
        FileSegments segments = new FileSegments(directory, shape.segmentBytes(), owner, durable);
        if (owner) {
            segments.load();
        }
        return new JournalStore(shape, directory, segments, cells, made != null, made);
    }

    /**
     * The journal in {@code <dir>/<lane>.journal}, which must be there, for one who does not write records.
     *
     * @param write false for one who only looks: no reader can then be had of it
     * @throws lanegraph.LaneGraphException {@code journal/not-found}; what {@link #mapped} says of files that are there
     */
    public static JournalStore attached(Path dir, String lane, JournalShape shape, boolean write) {
        Path directory = dir.toAbsolutePath().resolve(lane + ".journal");
        return FileThread.call(() -> {
            if (!isThere(directory)) {
                throw JournalRefusal.notFound(directory);
            }
            return attach(directory, shape, false, false, write, null);
        });
    }

    /** Maps the cells, checked against the shape, which may be null: any shape will do then. */
    static ByteBuffer cells(Path directory, JournalShape shape, boolean write) throws IOException {
        Path file = directory.resolve(CELLS);
        Set<OpenOption> options = write
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW_LINKS)
                : Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS);
        try (FileChannel channel = FileChannel.open(file, options)) {
            if (channel.size() != JournalDescriptor.CELLS_LENGTH) {
                throw Refusal.corrupt(file, "file length", channel.size(), JournalDescriptor.CELLS_LENGTH);
            }
            ByteBuffer header = ByteBuffer.allocate(JournalDescriptor.TAIL_POSITION_OFFSET).order(ByteOrder.LITTLE_ENDIAN);
            while (header.hasRemaining() && channel.read(header, header.position()) >= 0) {
                continue;
            }
            check(file, header, shape);
            return SegmentFiles.map(file, channel, write, JournalDescriptor.CELLS_LENGTH);
        }
    }

    private static void check(Path file, ByteBuffer header, JournalShape shape) {
        long magic = header.getLong(JournalDescriptor.MAGIC_OFFSET);
        int version = header.getInt(JournalDescriptor.VERSION_OFFSET);
        JournalShape found = JournalCells.shape(header);
        if (magic != JournalDescriptor.CELLS_MAGIC) {
            throw Refusal.corrupt(file, "magic", Long.toHexString(magic), Long.toHexString(JournalDescriptor.CELLS_MAGIC));
        }
        if (version != JournalDescriptor.LAYOUT_VERSION) {
            throw Refusal.otherVersion(file, version, JournalDescriptor.LAYOUT_VERSION);
        }
        if (shape != null && found.segmentBytes() != shape.segmentBytes()) {
            throw Refusal.incompatible(file, "segment-bytes", found.segmentBytes(), shape.segmentBytes());
        }
        if (shape != null && !found.codec().equals(shape.codec())) {
            throw Refusal.incompatible(file, "codec", found.codec(), shape.codec());
        }
    }

    public JournalShape shape() {
        return shape;
    }

    /** Only their owner may change them. */
    public OwnedSegments segments() {
        return segments;
    }

    public JournalCells cells() {
        return cells;
    }

    /** True if it is fresh: made by the call that returned it. */
    public boolean created() {
        return created;
    }

    /** The absolute path of the directory; null in memory. */
    public Path directory() {
        return directory;
    }

    /** For one whose start failed, and who holds every lock: removes the journal if it was made by this object. */
    public void discard() {
        if (created && directory != null) {
            FileThread.call(() -> {
                removeFiles(directory);
                made.undo();
                return null;
            });
        }
    }

    private static void removeFiles(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException ex) {
            return; // it was never made
        }
    }
}
