package lanegraph.region;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Makes directories that are missing (0700), and remembers which, so that a call that fails afterwards can
 * leave everything as it found it. Takes absolute paths. For the file thread alone.
 */
final class Directories {
    private static final int ATTEMPTS = 100;

    /** Rights of every file: 0600. */
    static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Deque<Path> made = new ArrayDeque<>();

    /**
     * Makes the directory and those above it that are missing; {@code region/no-directory} if it cannot be
     * had.
     */
    void make(final Path directory) {
        IOException last = null;
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                makeMissing(directory);
                return;
            } catch (final NoSuchFileException ex) {
                last = ex; // the one above was there and is gone: who made it has failed and removed it
            } catch (final IOException | UnsupportedOperationException ex) {
                undo();
                throw Refusal.noDirectory(directory, ex);
            }
        }
        undo();
        throw Refusal.noDirectory(directory, last);
    }

    private void makeMissing(final Path directory) throws IOException {
        final Deque<Path> missing = new ArrayDeque<>();
        for (Path path = directory; path != null && !Files.isDirectory(path); path = path.getParent()) {
            missing.push(path);
        }
        for (final Path each : missing) {
            try {
                Files.createDirectory(each, PRIVATE_DIRECTORY);
                made.push(each);
            } catch (final FileAlreadyExistsException ex) {
                if (!Files.isDirectory(each)) { // else somebody else was faster
                    throw ex;
                }
            }
        }
    }

    /** Removes what was made here, as far as nothing is in it by now. */
    void undo() {
        while (!made.isEmpty()) {
            try {
                Files.deleteIfExists(made.pop());
            } catch (final IOException ex) {
                made.clear(); // somebody put something into it: it is theirs now, and so are those above
            }
        }
    }
}
