package lanegraph.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static lanegraph.region.ControlDescriptor.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Consumer;
import lanegraph.LaneGraphException;

/**
 * The file {@code <dir>/control.dat}, mapped: see {@link ControlDescriptor}. It appears under its name when it is
 * complete. Thread-safe; what stands in it belongs to those who write it.
 */
public final class ControlFile {
    private static final String NAME = "control.dat";

    private final ByteBuffer memory;
    private final int textLength;
    private final int counters;
    private final int errorLogs;

    private ControlFile(ByteBuffer memory) {
        this.memory = memory.order(ByteOrder.LITTLE_ENDIAN);
        this.textLength = memory.getInt(TEXT_LENGTH_OFFSET);
        this.counters = memory.getInt(COUNTERS_OFFSET);
        this.errorLogs = memory.getInt(ERROR_LOGS_OFFSET);
    }

    /**
     * Makes it (0600), in the place of one that is there; its directory must be there.
     *
     * @param graph canonical text
     * @param fill puts the counters into the complete file before it gets its name
     * @throws LaneGraphException those of files, as {@link Region#mapped}
     */
    public static ControlFile make(Path dir, String graph, int counters, int errorLogs, Consumer<ControlFile> fill) {
        Path directory = dir.toAbsolutePath();
        byte[] text = graph.getBytes(StandardCharsets.UTF_8);
        long length = ControlDescriptor.length(text.length, counters, errorLogs);
        if (length > MAX_LENGTH) {
            throw Refusal.tooBig(length, MAX_LENGTH);
        }
        return FileThread.call(() -> {
            try (TemporaryFile temporary = new TemporaryFile(directory, NAME, length)) {
                temporary.fill();
                temporary.write(header(text, counters, errorLogs, length), 0);
                ControlFile file = new ControlFile(
                        SegmentFiles.map(temporary.path(), temporary.channel(), true, length));
                fill.accept(file);
                temporary.replace(directory.resolve(NAME));
                return file;
            }
        });
    }

    private static ByteBuffer header(byte[] text, int counters, int errorLogs, long length) {
        ByteBuffer header = ByteBuffer.allocate(TEXT_OFFSET + text.length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC_OFFSET, MAGIC);
        header.putInt(VERSION_OFFSET, LAYOUT_VERSION);
        header.putInt(COUNTERS_OFFSET, counters);
        header.putInt(ERROR_LOGS_OFFSET, errorLogs);
        header.putInt(TEXT_LENGTH_OFFSET, text.length);
        header.putLong(LENGTH_OFFSET, length);
        header.put(HASH_OFFSET, sha256(text));
        header.put(TEXT_OFFSET, text);
        return header;
    }

    private static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("every JDK has SHA-256", ex);
        }
    }

    /**
     * Maps the one that is there; null if there is none, be it that the directory is none.
     *
     * @param write false to map it for reading only
     * @throws LaneGraphException {@code control/corrupt}; those of files
     */
    public static ControlFile attach(Path dir, boolean write) {
        Path file = dir.toAbsolutePath().resolve(NAME);
        return FileThread.call(() -> {
            if (!Files.isDirectory(file.getParent())) {
                return null;
            }
            Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
            if (write) {
                options.add(StandardOpenOption.WRITE);
            }
            try (FileChannel channel = FileChannel.open(file, options)) {
                Rights.check(file.getParent());
                Rights.check(file);
                if (!Files.isRegularFile(file, NOFOLLOW_LINKS)) {
                    throw Refusal.notAFile(file, "directory or special file");
                }
                long size = channel.size();
                if (size < TEXT_OFFSET || size > MAX_LENGTH) {
                    throw Refusal.controlCorrupt(file, "file length", size, TEXT_OFFSET + " to " + MAX_LENGTH);
                }
                ByteBuffer memory = SegmentFiles.map(file, channel, write, size).order(ByteOrder.LITTLE_ENDIAN);
                check(file, memory);
                return new ControlFile(memory);
            } catch (NoSuchFileException ex) {
                return null;
            } catch (IOException ex) {
                throw Files.isSymbolicLink(file) ? Refusal.notAFile(file, "symbolic link") : Refusal.io(file, ex);
            }
        });
    }

    private static void check(Path file, ByteBuffer memory) {
        expect(file, "magic", Long.toHexString(memory.getLong(MAGIC_OFFSET)), Long.toHexString(MAGIC));
        int version = memory.getInt(VERSION_OFFSET);
        if (version != LAYOUT_VERSION) {
            throw Refusal.controlOtherVersion(file, version, LAYOUT_VERSION);
        }
        expect(file, "file length", (long) memory.capacity(), memory.getLong(LENGTH_OFFSET));
        int textLength = memory.getInt(TEXT_LENGTH_OFFSET);
        int counters = memory.getInt(COUNTERS_OFFSET);
        int errorLogs = memory.getInt(ERROR_LOGS_OFFSET);
        boolean possible = textLength >= 0 && counters >= 0 && errorLogs >= 0;
        if (!possible || ControlDescriptor.length(textLength, counters, errorLogs) != memory.capacity()) {
            throw Refusal.controlCorrupt(file, "sizes", textLength + ", " + counters + ", " + errorLogs,
                    "those of a file of " + memory.capacity() + " bytes");
        }
        byte[] hash = new byte[HASH_LENGTH];
        memory.get(HASH_OFFSET, hash);
        byte[] text = new byte[textLength];
        memory.get(TEXT_OFFSET, text);
        expect(file, "hash of the graph", HexFormat.of().formatHex(sha256(text)), HexFormat.of().formatHex(hash));
    }

    private static void expect(Path file, String field, Object found, Object expected) {
        if (!found.equals(expected)) {
            throw Refusal.controlCorrupt(file, field, found, expected);
        }
    }

    /** Removes the file, if there is one. */
    public static void remove(Path dir) {
        FileThread.call(() -> Files.deleteIfExists(dir.toAbsolutePath().resolve(NAME)));
    }

    /** The graph as canonical text. */
    public String graph() {
        byte[] text = new byte[textLength];
        memory.get(TEXT_OFFSET, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** The metadata of the counters; keeps the mapping alive, as each of these buffers does. */
    public ByteBuffer metadata() {
        return slice(metadataOffset(textLength), counters * METADATA_LENGTH);
    }

    /** The values of the counters. */
    public ByteBuffer values() {
        return slice(valuesOffset(textLength, counters), counters * VALUE_LENGTH);
    }

    /** The error log of this number. */
    public ByteBuffer errorLog(int index) {
        return slice(errorLogsOffset(textLength, counters) + (long) index * ERROR_LOG_LENGTH, ERROR_LOG_LENGTH);
    }

    private ByteBuffer slice(long offset, int length) {
        return memory.slice((int) offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** How many error logs it has. */
    public int errorLogs() {
        return errorLogs;
    }

    /** How many counters it has. */
    public int counters() {
        return counters;
    }
}
