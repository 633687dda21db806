package lanegraph.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.Set;

/**
 * Makes and attaches the file of a ring. For the file thread alone.
 *
 * <p>A file appears under its name when it is complete, never before: it is made under a temporary name and then
 * hard-linked, which fails if the name is taken. Two that start at once get one file, whoever wins.
 */
final class RegionFile {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ATTEMPTS = 16;
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(1 << 16).asReadOnlyBuffer();

    /** A mapped file; {@code created} if it was made by this call. */
    record Mapped(MappedByteBuffer memory, boolean created) {}

    private final Path directory;
    private final String lane;
    private final Path file;
    private final RingShape shape;

    RegionFile(final Path directory, final String lane, final RingShape shape) {
        this.directory = directory;
        this.lane = lane;
        this.file = directory.resolve(lane + ".ring");
        this.shape = shape;
    }

    Mapped open(final Existing existing) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            final boolean there = isThere();
            if (there && existing == Existing.REFUSE) {
                throw Refusal.exists(file);
            }
            try {
                if (there && existing == Existing.CONTINUE) {
                    return new Mapped(attach(), false);
                }
                return new Mapped(create(existing), true);
            } catch (final FileAlreadyExistsException ex) {
                continue; // another one was faster: attach to it
            } catch (final NoSuchFileException ex) {
                continue; // another one removed it, or the directory, in between
            }
        }
        throw Refusal.io(file, new IOException("the file comes and goes"));
    }

    private boolean isThere() throws IOException {
        final BasicFileAttributes found;
        try {
            found = Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
        } catch (final NoSuchFileException ex) {
            return false;
        } catch (final IOException ex) {
            throw Refusal.noDirectory(directory, ex);
        }
        if (!found.isRegularFile()) {
            throw Refusal.notAFile(file, found.isSymbolicLink() ? "symbolic link"
                    : found.isDirectory() ? "directory" : "special file");
        }
        return true;
    }

    private MappedByteBuffer attach() throws IOException {
        try (FileChannel channel = FileChannel.open(file,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW_LINKS))) {
            RingHeader.check(file, channel, shape);
            return map(channel);
        } catch (final AccessDeniedException ex) {
            throw Refusal.noDirectory(directory, ex);
        }
    }

    private MappedByteBuffer create(final Existing existing) throws IOException {
        final Path temporary = directory.resolve("." + lane + "." + Long.toHexString(RANDOM.nextLong()) + ".tmp");
        final Directories directories = new Directories();
        directories.make(directory);
        boolean done = false;
        try {
            final MappedByteBuffer memory = fill(temporary);
            publish(temporary, existing);
            done = true;
            return memory;
        } finally {
            Files.deleteIfExists(temporary);
            if (!done) {
                directories.undo();
            }
        }
    }

    private MappedByteBuffer fill(final Path temporary) throws IOException {
        try (FileChannel channel = open(temporary)) {
            try {
                allocate(channel);
                write(channel, RingHeader.of(shape), 0);
            } catch (final IOException ex) {
                throw Refusal.isFull(ex) ? Refusal.noSpace(directory, RingDescriptor.length(shape), ex)
                        : Refusal.io(temporary, ex);
            }
            final ByteBuffer state = RingHeader.littleEndian(Long.BYTES).putLong(0, RingDescriptor.STATE_COMPLETE);
            write(channel, state, RingDescriptor.STATE_OFFSET);
            return map(channel); // before the file has its name: what can fail fails while it can be undone
        }
    }

    private FileChannel open(final Path temporary) throws IOException {
        try {
            return FileChannel.open(temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                    StandardOpenOption.WRITE, NOFOLLOW_LINKS), Directories.PRIVATE_FILE);
        } catch (final NoSuchFileException ex) {
            throw ex;
        } catch (final IOException ex) {
            throw Refusal.isFull(ex) ? Refusal.noSpace(directory, RingDescriptor.length(shape), ex)
                    : Refusal.noDirectory(directory, ex);
        } catch (final UnsupportedOperationException ex) {
            throw Refusal.noDirectory(directory, ex);
        }
    }

    /** Zeros all over, written and not just promised: a store into a hole of a file on a full disk kills the JVM. */
    private void allocate(final FileChannel channel) throws IOException {
        final long length = RingDescriptor.length(shape);
        for (long at = 0; at < length; ) {
            final ByteBuffer zeros = ZEROS.duplicate();
            zeros.limit((int) Math.min(zeros.capacity(), length - at));
            at += channel.write(zeros, at);
        }
    }

    private static void write(final FileChannel channel, final ByteBuffer bytes, final long offset)
            throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, offset + bytes.position());
        }
    }

    private MappedByteBuffer map(final FileChannel channel) throws IOException {
        final long length = RingDescriptor.length(shape);
        try {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
        } catch (final IOException ex) {
            throw ex.getCause() instanceof OutOfMemoryError ? Refusal.noMapping(file, length, ex)
                    : Refusal.io(file, ex);
        }
    }

    private void publish(final Path temporary, final Existing existing) throws IOException {
        if (existing == Existing.REPLACE) {
            // In one step: if anything failed before, the old file is still there, whole.
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        try {
            Files.createLink(file, temporary);
        } catch (final FileAlreadyExistsException | NoSuchFileException ex) {
            throw ex;
        } catch (final IOException ex) {
            throw Refusal.isFull(ex) ? Refusal.noSpace(directory, RingDescriptor.length(shape), ex)
                    : Refusal.noLinks(directory, ex);
        } catch (final UnsupportedOperationException ex) {
            throw Refusal.noLinks(directory, ex);
        }
    }

    Path file() {
        return file;
    }
}
