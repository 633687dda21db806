package lanegraph.region;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import lanegraph.LaneGraphException;

/**
 * The right to be certain roles and endpoints in a directory: one lock file each, {@code
 * <dir>/locks/role.parse.lock}. While it is held no other, in this process or another one, can have it; the
 * kernel frees it when the process ends. Whether a lock file exists, and which process number it names, says
 * nothing: only the kernel's lock counts.
 *
 * <p>Thread-safe. An interrupt of a caller is kept for later.
 */
public final class Ownership implements AutoCloseable {
    private static final Pattern OWNER = Pattern.compile("[a-z][a-z0-9-]{0,62}(/[a-z0-9-]{1,63}){0,3}");
    private static final int ATTEMPTS = 100;

    private final Path directory;
    private final Directories directories;
    private final SortedMap<String, LockFile> locks;

    private Ownership(
            final Path directory, final Directories directories, final Map<String, LockFile> locks) {
        this.directory = directory;
        this.directories = directories;
        this.locks = new ConcurrentSkipListMap<>(locks);
    }

    /**
     * Takes all of them, or none. Makes the directory and {@code <dir>/locks} (0700) and the lock files
     * (0600) where they are missing; if it fails, what it made is gone again.
     *
     * @param owners such as {@code role/parse}, {@code endpoint/in}
     * @param who says to others who holds them, for example the name of the graph; shown in their {@code
     *     role/owned}
     * @throws LaneGraphException {@code role/owned} with owner, who, since, pid, host and directory; {@code
     *     region/bad-name}; {@code region/not-private}; {@code region/no-directory}, {@code region/no-space}, {@code region/no-links},
     *     {@code region/no-locks}, {@code region/not-a-file}, {@code region/io}
     */
    public static Ownership take(final Path dir, final Collection<String> owners, final String who) {
        owners.forEach(Ownership::checkName);
        final Set<String> sorted = new TreeSet<>(owners);
        final Path directory = dir.toAbsolutePath();
        return FileThread.call(() -> takeAll(directory, sorted, text(who)));
    }

    /**
     * What is known of who holds an owner's lock now, in this process or another: who, since, pid, host; null if nobody
     * does. The kernel tells whether, the owner's own words who. Changes nothing.
     *
     * @throws LaneGraphException {@code region/bad-name}; {@code region/io}
     */
    public static SortedMap<String, String> holder(Path dir, String owner) {
        checkName(owner);
        return FileThread.call(() -> {
            Path locks = dir.toAbsolutePath().resolve("locks");
            if (!Files.isDirectory(locks)) {
                return null;
            }
            String text = LockFile.holder(locks.toRealPath().resolve(fileName(owner)));
            return text == null ? null : Refusal.facts(text);
        });
    }

    private static String fileName(String owner) {
        return owner.replace('/', '.') + ".lock";
    }

    private static void checkName(String owner) {
        if (owner == null || !OWNER.matcher(owner).matches()) {
            throw Refusal.badName("name of an owner", owner, OWNER.pattern());
        }
    }

    private static Ownership takeAll(final Path directory, final Set<String> owners, final String text)
            throws IOException {
        NoSuchFileException last = null;
        for (int i = 0; i < ATTEMPTS; i++) {
            final Directories directories = new Directories();
            final Map<String, LockFile> taken = new TreeMap<>();
            boolean done = false;
            try {
                directories.make(directory.resolve("locks"));
                final Path real = directory.resolve("locks").toRealPath(); // the registry knows one name only
                Rights.check(directory);
                Rights.check(real);
                for (final String owner : owners) {
                    final Path file = real.resolve(fileName(owner));
                    taken.put(owner, LockFile.take(file, owner, text));
                }
                done = true;
                return new Ownership(directory, directories, taken);
            } catch (final NoSuchFileException ex) {
                last = ex; // one who failed cleaned up what he had made, while we were about to use it
            } catch (final AccessDeniedException ex) {
                throw Refusal.noDirectory(directory, ex);
            } catch (final IOException ex) {
                throw Refusal.isFull(ex)
                        ? Refusal.noSpace(directory, 1, ex) : Refusal.noDirectory(directory, ex);
            } finally {
                if (!done) {
                    undo(directories, taken.values());
                }
            }
        }
        throw Refusal.io(directory, last);
    }

    /** For people: nothing is decided by it. */
    private static String text(final String who) throws IOException {
        final Path hostname = Path.of("/proc/sys/kernel/hostname");
        final String host = Files.isReadable(hostname) ? Files.readString(hostname).strip() : "unknown";
        final String name = who.length() > 200 ? who.substring(0, 200) : who;
        return "who=" + name.replaceAll("\\p{Cntrl}", " ")
                + "\nsince=" + Instant.now().truncatedTo(ChronoUnit.MILLIS)
                + "\npid=" + ProcessHandle.current().pid()
                + "\nhost=" + host + "\n";
    }

    /** The absolute path of the directory. */
    public Path directory() {
        return directory;
    }

    /** Those that are held now, sorted. */
    public Set<String> owners() {
        return Collections.unmodifiableSet(new TreeSet<>(locks.keySet()));
    }

    /** Frees one; nothing if it is not held. */
    public void release(final String owner) {
        FileThread.call(() -> {
            final LockFile lock = locks.remove(owner);
            if (lock != null) {
                lock.release();
            }
            return null;
        });
    }

    /**
     * Frees all that are left, also where one of them fails, and then throws that. The lock files stay: others may have
     * them open. Idempotent.
     */
    @Override
    public void close() {
        RuntimeException first = null;
        for (String owner : locks.keySet()) {
            try {
                release(owner);
            } catch (RuntimeException ex) {
                if (first == null) {
                    first = ex;
                } else {
                    first.addSuppressed(ex);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /**
     * For one whose start failed: frees all that are left, and removes the files and directories that {@link
     * #take} made, as far as nothing else is in them.
     */
    public void abandon() {
        FileThread.call(() -> {
            final List<LockFile> left = new ArrayList<>(locks.values());
            locks.clear();
            undo(directories, left);
            return null;
        });
    }

    private static void undo(final Directories directories, final Collection<LockFile> locks) {
        for (final LockFile lock : locks) {
            try {
                lock.undo();
            } catch (final IOException ex) {
                continue; // freed all the same; the file stays, which does no harm, and the others come first
            }
        }
        directories.undo();
    }
}
