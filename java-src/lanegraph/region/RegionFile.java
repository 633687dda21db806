package lanegraph.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * Makes and attaches the file of a ring. For the file thread alone.
 *
 * <p>A file appears under its name when it is complete, never before: it is made under a temporary name and
 * then hard-linked, which fails if the name is taken. Two that start at once get one file, whoever wins.
 */
final class RegionFile {
    private static final int ATTEMPTS = 100;

    /** A mapped file; {@code created} if it was made by this call. */
    record Mapped(MappedByteBuffer memory, boolean created) {}

    private final Path directory;
    private final String lane;
    private final Path file;
    private final RingShape shape;
    private final long length;
    private final Directories directories = new Directories();

    RegionFile(final Path directory, final String lane, final RingShape shape) {
        this.directory = directory;
        this.lane = lane;
        this.file = directory.resolve(lane + ".ring");
        this.shape = shape;
        this.length = RingDescriptor.length(shape);
    }

    Path file() {
        return file;
    }

    Mapped open(final Existing existing) throws IOException {
        IOException last = null;
        for (int i = 0; i < ATTEMPTS; i++) {
            final boolean there = isThere();
            if (there && existing == Existing.REFUSE) {
                throw Refusal.exists(file);
            }
            try {
                return there && existing == Existing.CONTINUE
                        ? new Mapped(attach(true), false) : new Mapped(create(existing), true);
            } catch (final FileAlreadyExistsException | NoSuchFileException ex) {
                last = ex; // somebody else made it, or took it or the directory away, in between: look again
            }
        }
        throw Refusal.io(file, last);
    }

    /** Removes the file, and the directories that were made for it as far as nothing is in them. */
    void remove() throws IOException {
        Files.deleteIfExists(file);
        directories.undo();
    }

    private boolean isThere() {
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

    /** Maps the file that is there; {@code lane/not-found} if there is none. */
    MappedByteBuffer attach(final boolean write) throws IOException {
        if (!isThere()) {
            throw Refusal.noLane(file);
        }
        final Set<OpenOption> options = write
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW_LINKS)
                : Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS);
        try (FileChannel channel = FileChannel.open(file, options)) {
            Rights.check(file);
            RingHeader.check(file, channel, shape);
            return map(channel, write);
        } catch (final AccessDeniedException ex) {
            throw Refusal.noDirectory(directory, ex);
        }
    }

    private MappedByteBuffer create(final Existing existing) throws IOException {
        directories.make(directory);
        boolean done = false;
        try (TemporaryFile temporary = new TemporaryFile(directory, lane, length)) {
            temporary.fill();
            temporary.write(RingHeader.of(shape), 0);
            temporary.write(RingHeader.littleEndian(Long.BYTES).putLong(0, RingDescriptor.STATE_COMPLETE),
                    RingDescriptor.STATE_OFFSET);
            final MappedByteBuffer memory = map(temporary.channel(), true); // now, while a failure can be undone
            if (existing == Existing.REPLACE) {
                temporary.replace(file); // if anything failed before, the old file is still there, whole
            } else {
                link(temporary.path());
            }
            done = true;
            return memory;
        } finally {
            if (!done) {
                directories.undo();
            }
        }
    }

    private MappedByteBuffer map(final FileChannel channel, final boolean write) {
        try {
            return channel.map(write ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY, 0, length);
        } catch (final IOException ex) {
            throw ex.getCause() instanceof OutOfMemoryError ? Refusal.noMapping(file, length, ex)
                    : Refusal.io(file, ex);
        }
    }

    private void link(final Path temporary) throws IOException {
        try {
            Files.createLink(file, temporary);
        } catch (final FileAlreadyExistsException | NoSuchFileException ex) {
            throw ex;
        } catch (final IOException ex) {
            throw Refusal.isFull(ex)
                    ? Refusal.noSpace(directory, length, ex) : Refusal.noLinks(directory, ex);
        } catch (final UnsupportedOperationException ex) {
            throw Refusal.noLinks(directory, ex);
        }
    }
}
