package lanegraph.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The files of a journal's segments: which there are, and what is mapped of each. For the file thread. */
final class SegmentFiles {
    private static final int NAME_LENGTH = 24;

    private SegmentFiles() {}

    /** The positions of the segments that have a file. */
    static SortedSet<Long> list(Path directory) throws IOException {
        SortedSet<Long> firsts = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.seg")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.length() == NAME_LENGTH && name.chars().limit(NAME_LENGTH - 4).allMatch(Character::isDigit)) {
                    firsts.add(Long.parseLong(name, 0, NAME_LENGTH - 4, 10));
                }
            }
        }
        return firsts;
    }

    /**
     * Maps the file of a segment; null if there is none.
     *
     * @param write false to map it for reading only
     */
    static Segment open(Path directory, long first, long segmentBytes, boolean write) throws IOException {
        Path file = directory.resolve(JournalDescriptor.fileName(first));
        Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
        if (write) {
            options.add(StandardOpenOption.WRITE);
        }
        try (FileChannel channel = FileChannel.open(file, options)) {
            long size = channel.size();
            if (size < JournalDescriptor.RECORDS_OFFSET || size > segmentBytes) {
                throw JournalRefusal.corrupt(directory.toString(), first, "file length", size, segmentBytes);
            }
            return checked(directory, new Segment(map(file, channel, write, size), first), segmentBytes);
        } catch (NoSuchFileException ex) {
            return null;
        } catch (IOException ex) {
            throw Files.isSymbolicLink(file) ? Refusal.notAFile(file, "symbolic link") : Refusal.io(file, ex);
        }
    }

    private static Segment checked(Path directory, Segment segment, long segmentBytes) {
        Memory memory = Memory.DIRECT;
        long address = segment.address();
        long magic = memory.getLong(address + JournalDescriptor.MAGIC_OFFSET);
        long version = memory.getInt(address + JournalDescriptor.VERSION_OFFSET);
        long bytes = memory.getLong(address + JournalDescriptor.SEGMENT_BYTES_OFFSET);
        if (magic != JournalDescriptor.SEGMENT_MAGIC) {
            throw JournalRefusal.corrupt(directory.toString(), segment.first(), "magic", Long.toHexString(magic),
                    Long.toHexString(JournalDescriptor.SEGMENT_MAGIC));
        }
        if (version != JournalDescriptor.LAYOUT_VERSION) {
            throw JournalRefusal.corrupt(directory.toString(), segment.first(), "version", version,
                    JournalDescriptor.LAYOUT_VERSION);
        }
        if (bytes != segmentBytes) {
            throw JournalRefusal.corrupt(directory.toString(), segment.first(), "segment bytes", bytes, segmentBytes);
        }
        if (!segment.isCurrent()) { // used again since its name was looked up, or damaged: then its name is still there
            if (!Files.exists(directory.resolve(JournalDescriptor.fileName(segment.first())), NOFOLLOW_LINKS)) {
                return null;
            }
            throw JournalRefusal.corrupt(directory.toString(), segment.first(), "position",
                    memory.getLong(address + JournalDescriptor.SEGMENT_POSITION_OFFSET), segment.first());
        }
        return segment;
    }

    static ByteBuffer map(Path file, FileChannel channel, boolean write, long size) {
        try {
            return channel.map(write ? MapMode.READ_WRITE : MapMode.READ_ONLY, 0, size);
        } catch (IOException ex) {
            throw ex.getCause() instanceof OutOfMemoryError ? Refusal.noMapping(file, size, ex) : Refusal.io(file, ex);
        }
    }

    /** A segment in a new file, without a name as yet. */
    static Segment fresh(TemporaryFile temporary, long first, long segmentBytes) {
        temporary.fill();
        Segment segment = new Segment(map(temporary.path(), temporary.channel(), true, segmentBytes), first);
        segment.begin(segmentBytes);
        return segment;
    }
}
