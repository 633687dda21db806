package lanegraph.region;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Small whole files beside the lanes, such as {@code graph.kv} (0600). A reader sees the old content or the
 * new one, never a part. Thread-safe.
 */
public final class SmallFile {
    /** The largest content, in bytes. */
    public static final int MAX_LENGTH = 1 << 24;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}\\.[a-z]{1,8}");

    private SmallFile() {}

    /**
     * Puts the content into the file, which is made, with its directory (0700), if it is missing.
     *
     * @throws lanegraph.LaneGraphException {@code region/bad-name}, {@code region/no-directory}, {@code
     *     region/no-space}, {@code region/not-a-file}, {@code region/io}
     */
    public static void write(final Path dir, final String name, final byte[] content) {
        final Path file = file(dir, name);
        if (content.length > MAX_LENGTH) {
            throw Refusal.notAFile(file, "content of " + content.length + " bytes, limit " + MAX_LENGTH);
        }
        FileThread.call(() -> {
            final Directories directories = new Directories();
            directories.make(file.getParent());
            boolean done = false;
            try (TemporaryFile temporary = new TemporaryFile(file.getParent(), name, content.length)) {
                temporary.write(ByteBuffer.wrap(content), 0);
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw Refusal.notAFile(file, "directory");
                }
                temporary.replace(file);
                done = true;
                return null;
            } finally {
                if (!done) {
                    directories.undo();
                }
            }
        });
    }

    /**
     * The content; null if there is no such file.
     *
     * @throws lanegraph.LaneGraphException {@code region/bad-name}, {@code region/not-a-file} if it is no
     *     regular file or longer than {@link #MAX_LENGTH}, {@code region/io}
     */
    public static byte[] read(final Path dir, final String name) {
        final Path file = file(dir, name);
        return FileThread.call(() -> {
            try {
                if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isRegularFile()) {
                    throw Refusal.notAFile(file, "link, directory or special file");
                }
                return content(file);
            } catch (final NoSuchFileException ex) {
                return null;
            }
        });
    }

    private static byte[] content(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file,
                Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            if (channel.size() > MAX_LENGTH) {
                throw Refusal.notAFile(file, channel.size() + " bytes, limit " + MAX_LENGTH);
            }
            final ByteBuffer content = ByteBuffer.allocate((int) channel.size());
            while (content.hasRemaining() && channel.read(content) >= 0) {
                continue;
            }
            return Arrays.copyOf(content.array(), content.position());
        }
    }

    /** Removes the file; false if there was none. */
    public static boolean delete(final Path dir, final String name) {
        final Path file = file(dir, name);
        return FileThread.call(() -> Files.deleteIfExists(file));
    }

    private static Path file(final Path dir, final String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw Refusal.badName("name of a file", name, NAME.pattern());
        }
        return dir.toAbsolutePath().resolve(name);
    }
}
