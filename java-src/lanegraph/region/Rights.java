package lanegraph.region;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;

/** Who may change what this process trusts: nobody but its own user. For the file thread alone. */
final class Rights {
    private static final Path PROCESS = Path.of("/proc/self");

    private Rights() {}

    /**
     * Throws {@code region/not-private} if a file or directory that is there belongs to another user, or if others may
     * write it. Where the file system knows no rights, or the system does not tell who runs this process, nothing is looked at.
     */
    static void check(Path path) throws IOException {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            return; // its users are none of this system
        }
        PosixFileAttributes found;
        try {
            found = Files.readAttributes(path, PosixFileAttributes.class);
        } catch (UnsupportedOperationException ex) {
            return;
        }
        UserPrincipal user = Files.exists(PROCESS) ? Files.getOwner(PROCESS) : found.owner();
        if (!found.owner().equals(user)) {
            throw Refusal.notPrivate(path, "owner=" + found.owner().getName(), "owner=" + user.getName());
        }
        if (found.permissions().contains(PosixFilePermission.GROUP_WRITE)
                || found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw Refusal.notPrivate(path, "others may write it", "nobody but " + user.getName() + " may");
        }
    }
}
