package lanegraph.region;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock on a file, which the kernel frees when the process ends, however it ends. For the file thread alone.
 *
 * <p>Two bytes are locked. The first makes the owner, and nobody else ever locks it. The second is for those who want to
 * know whether there is an owner, which the kernel tells only to who tries to lock: they try there, so that they are never
 * taken for an owner themselves.
 *
 * <p>The kernel's lock belongs to the process, and closing <em>any</em> descriptor of the file frees it. So a
 * file that this process has locked is never opened again: what is held stands in one registry, the system
 * properties {@code lanegraph.lock:<file>}, which are one for the whole JVM even where this class was loaded
 * twice.
 *
 * <p>A lock file may be deleted by who holds its lock, and by nobody else. Who had opened it before and gets
 * the lock after finds that its name does not lead to the locked file any more, and starts again. The proof
 * is exact: the key of the file (its inode) is taken from a name that nobody else knows, and stays its own
 * while the file is open.
 */
final class LockFile {
    private static final String PROPERTY = "lanegraph.lock:";
    private static final int MAX_TEXT = 4096;
    private static final long OWNED_BYTE = 0;
    private static final long LOOKED_AT_BYTE = 1;
    /** How often an owner waits a millisecond for one who looks. */
    private static final int PATIENCE = 2_000;

    /** The locks held: none is lost to the collector with a channel that nobody closed. */
    private static final Map<Path, LockFile> HELD = new HashMap<>();
    /** Channels of files that something else in this JVM has locked: closing them would free its lock. */
    private static final List<FileChannel> LEFT_OPEN = new ArrayList<>();

    private final Path file;
    private final FileChannel channel;
    private final Object key;
    private final boolean made;
    private boolean locked;
    private boolean foreign;

    private LockFile(final Path file, final FileChannel channel, final Object key, final boolean made) {
        this.file = file;
        this.channel = channel;
        this.key = key;
        this.made = made;
    }

    /**
     * Takes the lock and writes the text into the file.
     *
     * @param file absolute, in a real directory; made (0600) if it is missing
     * @param owner whose lock it is, for the message
     * @throws NoSuchFileException the file or its directory was removed meanwhile: try again
     * @throws lanegraph.LaneGraphException {@code role/owned} and the others of {@link Ownership#take}
     */
    static LockFile take(final Path file, final String owner, final String text) throws IOException {
        final String other = (String) System.getProperties().putIfAbsent(PROPERTY + file, text);
        if (other != null) {
            throw Refusal.owned(owner, file, other);
        }
        LockFile lock = null;
        boolean done = false;
        try {
            lock = open(file);
            lock.lock(owner);
            if (!lock.isNamed()) {
                throw new NoSuchFileException(file.toString());
            }
            lock.write(text);
            HELD.put(file, lock);
            done = true;
            return lock;
        } finally {
            if (!done) {
                try {
                    if (lock != null) {
                        lock.close(true);
                    }
                } finally {
                    System.clearProperty(PROPERTY + file);
                }
            }
        }
    }

    /** Frees the lock; the file stays. */
    void release() throws IOException {
        end(false);
    }

    /** Frees the lock, and removes the file if this lock made it. */
    void undo() throws IOException {
        end(true);
    }

    private void end(final boolean undo) throws IOException {
        if (HELD.remove(file, this)) {
            try {
                close(undo);
            } finally {
                System.clearProperty(PROPERTY + file); // last: until then nobody else may open the file
            }
        }
    }

    private static LockFile open(final Path file) throws IOException {
        final boolean made = make(file);
        final Path alias = TemporaryFile.path(file.getParent(), file.getFileName().toString());
        try {
            link(file, alias, made);
            final Object key = key(alias);
            return new LockFile(file, FileChannel.open(alias,
                    Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW_LINKS)), key, made);
        } finally {
            Files.deleteIfExists(alias);
        }
    }

    private static boolean make(final Path file) throws IOException {
        try {
            Files.createFile(file, Directories.PRIVATE_FILE);
            return true;
        } catch (final FileAlreadyExistsException ex) {
            if (!Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS).isRegularFile()) {
                throw Refusal.notAFile(file, "link, directory or special file");
            }
            return false;
        }
    }

    private static void link(final Path file, final Path alias, final boolean made) throws IOException {
        try {
            Files.createLink(alias, file);
        } catch (final NoSuchFileException ex) {
            throw ex;
        } catch (final IOException | UnsupportedOperationException ex) {
            if (made) {
                Files.deleteIfExists(file); // where no links can be made nobody gets as far as a lock
            }
            throw Refusal.noLinks(file.getParent(), ex);
        }
    }

    private void lock(final String owner) throws IOException {
        try {
            locked = channel.tryLock(OWNED_BYTE, 1, false) != null && lockLookedAt();
        } catch (final OverlappingFileLockException ex) {
            foreign = true;
        } catch (final IOException ex) {
            throw Refusal.noLocks(file.getParent(), ex);
        }
        if (!locked) {
            throw Refusal.owned(owner, file, text(channel));
        }
    }

    /** Who looks is gone in an instant, unless it was stopped just then. */
    private boolean lockLookedAt() throws IOException {
        for (int i = 0; i < PATIENCE; i++) {
            if (channel.tryLock(LOOKED_AT_BYTE, 1, false) != null) {
                return true;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return false;
    }

    /**
     * What the owner wrote, who holds the lock now, in this process or another; null if nobody does. Changes nothing.
     *
     * @param file absolute, in a real directory
     */
    static String holder(Path file) throws IOException {
        String own = (String) System.getProperties().putIfAbsent(PROPERTY + file, "who=one that looks whether it is owned");
        if (own != null) {
            return own;
        }
        try {
            FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
            try {
                return channel.tryLock(LOOKED_AT_BYTE, 1, true) == null ? text(channel) : null;
            } catch (OverlappingFileLockException ex) {
                String text = text(channel);
                LEFT_OPEN.add(channel);
                channel = null;
                return text;
            } finally {
                if (channel != null) {
                    channel.close();
                }
            }
        } catch (NoSuchFileException ex) {
            return null;
        } finally {
            System.clearProperty(PROPERTY + file);
        }
    }

    private boolean isNamed() throws IOException {
        try {
            return Objects.equals(key, key(file));
        } catch (final NoSuchFileException ex) {
            return false;
        }
    }

    private static Object key(final Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey();
    }

    private void write(final String text) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        try {
            channel.truncate(0);
            while (bytes.hasRemaining()) {
                channel.write(bytes, bytes.position());
            }
        } catch (final IOException ex) {
            throw Refusal.isFull(ex)
                    ? Refusal.noSpace(file.getParent(), bytes.limit(), ex) : Refusal.io(file, ex);
        }
    }

    private static String text(FileChannel channel) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(MAX_TEXT);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    private void close(final boolean undo) throws IOException {
        if (foreign) {
            LEFT_OPEN.add(channel);
            return;
        }
        try (channel) {
            if (undo && locked && made && isNamed()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
