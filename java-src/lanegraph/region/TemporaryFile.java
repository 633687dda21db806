package lanegraph.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Set;

/**
 * A new file (0600) under a temporary name, {@code .<name>.<random>.tmp}, in the directory where it is to
 * stand. When it is closed the temporary name is gone, whatever happened. For the file thread alone.
 */
final class TemporaryFile implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(1 << 16).asReadOnlyBuffer();

    private static final Set<OpenOption> OPTIONS = Set.of(
            StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW_LINKS);

    private final Path directory;
    private final long length;
    private final Path path;
    private final FileChannel channel;

    /**
     * Makes it, empty. A NoSuchFileException says that the directory went away.
     *
     * @param length how many bytes it will have: for the message when there is no space for them
     */
    TemporaryFile(final Path directory, final String name, final long length) throws IOException {
        this.directory = directory;
        this.length = length;
        this.path = path(directory, name);
        try {
            this.channel = FileChannel.open(path, OPTIONS, Directories.PRIVATE_FILE);
        } catch (final NoSuchFileException ex) {
            throw ex;
        } catch (final IOException ex) {
            throw Refusal.isFull(ex)
                    ? Refusal.noSpace(directory, length, ex) : Refusal.noDirectory(directory, ex);
        } catch (final UnsupportedOperationException ex) {
            throw Refusal.noDirectory(directory, ex); // a file system without rights of files
        }
    }

    /** A name that nobody else has. */
    static Path path(final Path directory, final String name) {
        return directory.resolve("." + name + "." + Long.toHexString(RANDOM.nextLong()) + ".tmp");
    }

    Path path() {
        return path;
    }

    FileChannel channel() {
        return channel;
    }

    void write(final ByteBuffer bytes, final long offset) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes, offset + bytes.position());
            }
        } catch (final IOException ex) {
            throw Refusal.isFull(ex) ? Refusal.noSpace(directory, length, ex) : Refusal.io(path, ex);
        }
    }

    /**
     * Zeros all over, written and not just promised: a store into a hole of a file on a full disk kills the
     * JVM.
     */
    void fill() {
        try {
            fill(channel, 0, length);
        } catch (final IOException ex) {
            throw Refusal.isFull(ex) ? Refusal.noSpace(directory, length, ex) : Refusal.io(path, ex);
        }
    }

    /** Writes zeros from one offset to another. */
    static void fill(final FileChannel channel, final long from, final long to) throws IOException {
        for (long at = from; at < to;) {
            at += channel.write(ZEROS.duplicate().limit((int) Math.min(ZEROS.capacity(), to - at)), at);
        }
    }

    /** Gives it this name, in one step, and takes it from the file that had it before. */
    void replace(final Path file) throws IOException {
        Files.move(path, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(path);
        }
    }
}
