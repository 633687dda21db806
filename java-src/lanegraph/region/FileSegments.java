package lanegraph.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * The segments of a journal as files of its directory. A mapping is shared by all of this process who use its
 * segment, and goes with the last of them.
 */
final class FileSegments implements OwnedSegments {
    private static final int FEW = 16;

    private final Path directory;
    private final long segmentBytes;
    private final boolean owner;
    private final boolean durable;
    /** Of the owner, who alone makes and removes files; others look into the directory. */
    private final SortedSet<Long> known = new ConcurrentSkipListSet<>();
    private final Map<Long, WeakReference<Segment>> mapped = new ConcurrentHashMap<>();
    /** With so many entries in it, those of mappings that are gone are removed. */
    private volatile int crowded = FEW;

    /**
     * @param owner true for the one who writes
     * @param durable true to force each new file, and its name, to the disk
     */
    FileSegments(Path directory, long segmentBytes, boolean owner, boolean durable) {
        this.directory = directory;
        this.segmentBytes = segmentBytes;
        this.owner = owner;
        this.durable = durable;
    }

    /** For the owner: finds the files that are there, and removes what an earlier life left unfinished. */
    void load() throws IOException {
        known.addAll(SegmentFiles.list(directory));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, ".*.tmp")) {
            for (Path each : left) {
                Files.deleteIfExists(each);
            }
        }
    }

    @Override
    public long segmentBytes() {
        return segmentBytes;
    }

    @Override
    public SortedSet<Long> firsts() {
        return owner ? Collections.unmodifiableSortedSet(known) : FileThread.call(() -> SegmentFiles.list(directory));
    }

    @Override
    public Segment find(long first) {
        WeakReference<Segment> reference = mapped.get(first);
        Segment segment = reference == null ? null : reference.get();
        return segment != null ? segment : FileThread.call(() -> shared(first));
    }

    /** One mapping for all: the file thread does one of these at a time. */
    private Segment shared(long first) throws IOException {
        WeakReference<Segment> reference = mapped.get(first);
        Segment segment = reference == null ? null : reference.get();
        if (segment == null) {
            segment = SegmentFiles.open(directory, first, segmentBytes, owner);
            if (segment != null) {
                share(segment);
            }
        }
        return segment;
    }

    private void share(Segment segment) {
        if (mapped.size() >= crowded) {
            mapped.values().removeIf(reference -> reference.get() == null);
            crowded = FEW + 2 * mapped.size(); // so that the looking does not grow with what is there
        }
        mapped.put(segment.first(), new WeakReference<>(segment));
    }

    @Override
    public Segment mend(long first) {
        Path file = directory.resolve(JournalDescriptor.fileName(first));
        boolean there = FileThread.call(() -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, NOFOLLOW_LINKS)) {
                if (channel.size() < JournalDescriptor.RECORDS_OFFSET) {
                    remove(first);
                    return false;
                }
                TemporaryFile.fill(channel, channel.size(), segmentBytes);
                return true;
            } catch (IOException ex) {
                throw Refusal.isFull(ex) ? Refusal.noSpace(directory, segmentBytes, ex) : Refusal.io(file, ex);
            }
        });
        return there ? find(first) : null;
    }

    @Override
    public Segment prepare(long first, long victim) {
        try {
            Segment segment = prepared(first, victim);
            segment.touch();
            share(segment);
            known.add(first);
            if (durable) {
                forceNames(directory);
            }
            return segment;
        } catch (IOException ex) {
            throw Refusal.isFull(ex) ? Refusal.noSpace(directory, segmentBytes, ex) : Refusal.io(directory, ex);
        }
    }

    private Segment prepared(long first, long victim) throws IOException {
        if (known.contains(first)) { // an earlier life had it ready
            return find(first);
        }
        Segment old = victim < 0 ? null : find(victim);
        return old == null ? create(first) : again(old, first);
    }

    private Segment create(long first) throws IOException {
        try (TemporaryFile temporary = new TemporaryFile(directory, "segment", segmentBytes)) {
            Segment segment = SegmentFiles.fresh(temporary, first, segmentBytes);
            if (durable) {
                temporary.channel().force(true);
            }
            temporary.replace(directory.resolve(JournalDescriptor.fileName(first)));
            return segment;
        }
    }

    /** The old segment's file loses its name first: whoever opens that name from now on finds nothing. */
    private Segment again(Segment old, long first) throws IOException {
        Path between = TemporaryFile.path(directory, "segment");
        known.remove(old.first());
        mapped.remove(old.first());
        move(directory.resolve(JournalDescriptor.fileName(old.first())), between);
        Segment segment = old.again(first);
        if (durable) {
            segment.force(0, segment.length());
        }
        move(between, directory.resolve(JournalDescriptor.fileName(first)));
        return segment;
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void remove(long first) {
        known.remove(first);
        mapped.remove(first);
        try {
            Files.deleteIfExists(directory.resolve(JournalDescriptor.fileName(first)));
        } catch (IOException ex) {
            throw Refusal.io(directory, ex);
        }
    }

    /** Forces the names of a directory to the disk, as far as the system can. */
    static void forceNames(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
