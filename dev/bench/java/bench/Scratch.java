package bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory for the files of one trial, below that of the property {@code bench.dir}; removed with all that is in it. */
final class Scratch implements AutoCloseable {
    final Path directory;

    /** Null where the property is missing. */
    static Scratch ifAsked() {
        String parent = System.getProperty("bench.dir");
        return parent == null ? null : new Scratch(Path.of(parent));
    }

    private Scratch(Path parent) {
        try {
            directory = Files.createTempDirectory(parent, "bench");
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close)); // a trial that fails leaves nothing either
    }

    @Override
    public void close() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
