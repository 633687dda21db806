package lanegraph.region;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;

/**
 * The files of a journal for one who only reads them, beside their owners or after them: everything is mapped
 * for reading only, one segment at a time. What {@link #find} returned last is unmapped by the next {@link
 * #find} of another one, and by {@link #close}; so it must not be lent. Not thread-safe.
 */
public final class JournalFolder implements Segments, AutoCloseable {
    private final Path directory;
    private final ByteBuffer memory;
    private final JournalCells cells;
    private final JournalShape shape;
    private Segment current;

    private JournalFolder(Path directory, ByteBuffer memory) {
        this.directory = directory;
        this.memory = memory;
        this.cells = new JournalCells(memory);
        this.shape = JournalCells.shape(memory.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    }

    /**
     * The journal of this lane in this directory.
     *
     * @throws lanegraph.LaneGraphException {@code journal/not-found}; {@code lane/corrupt}, {@code
     *     lane/other-version}; {@code region/not-a-file}, {@code region/io}
     */
    public static JournalFolder open(Path dir, String lane) {
        Path directory = dir.toAbsolutePath().resolve(lane + ".journal");
        return FileThread.call(() -> {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    || !Files.exists(directory.resolve(JournalStore.CELLS), LinkOption.NOFOLLOW_LINKS)) {
                throw JournalRefusal.notFound(directory);
            }
            return new JournalFolder(directory, JournalStore.cells(directory, null, false));
        });
    }

    /** The absolute path of the folder. */
    public Path directory() {
        return directory;
    }

    public JournalShape shape() {
        return shape;
    }

    /** The kept positions and the writer's notes; for reading, until {@link #close}. */
    public JournalCells cells() {
        return cells;
    }

    @Override
    public long segmentBytes() {
        return shape.segmentBytes();
    }

    @Override
    public SortedSet<Long> firsts() {
        return FileThread.call(() -> SegmentFiles.list(directory));
    }

    @Override
    public Segment find(long first) {
        if (current != null && current.first() == first && current.isCurrent()) {
            return current;
        }
        unmap();
        current = FileThread.call(() -> SegmentFiles.open(directory, first, segmentBytes(), false));
        return current;
    }

    private void unmap() {
        if (current != null) {
            current.unmap();
            current = null;
        }
    }

    @Override
    public void close() {
        unmap();
        Memory.unmap(memory);
    }

    /**
     * Forgets the kept position of a reader that will not return, and what a role noted of it: what it has not read need
     * not be kept for it, and its next life begins like any new reader. A graph that
     * starts just then, and registers the readers of all its roles and endpoints, is waited for.
     *
     * @return false if the journal keeps none of this name
     * @throws lanegraph.LaneGraphException {@code role/owned} if the reader is there; those of {@link StartLock#take}
     *     and of {@link #open}
     */
    public static boolean forget(Path dir, String lane, String owner) {
        open(dir, lane).close(); // else the lock would make a directory
        String who = "forget " + owner;
        Ownership lock = Ownership.take(dir, List.of(owner), who);
        StartLock start = null;
        try {
            start = StartLock.take(dir, who);
            Path directory = dir.toAbsolutePath().resolve(lane + ".journal");
            return FileThread.call(() -> {
                RoleFile.forget(dir, owner, lane); // first: what is noted would bring a new reader to where this one was
                ByteBuffer memory = JournalStore.cells(directory, null, true);
                JournalCells cells = new JournalCells(memory);
                int cell = cells.find(owner);
                if (cell >= 0) {
                    cells.free(cell);
                }
                Memory.unmap(memory);
                return cell >= 0;
            });
        } finally {
            if (start != null) {
                start.close();
            }
            lock.abandon();
        }
    }
}
