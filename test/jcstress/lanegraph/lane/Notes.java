package lanegraph.lane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import lanegraph.region.Existing;
import lanegraph.region.Memory;
import lanegraph.region.RoleFile;

/** The notes of one test's states, which use them in turn as they do {@link Rings}. Thread-safe. */
final class Notes {
    private static final int FILES = 64;
    private static final List<String> PAIRS = IntStream.range(0, Rings.COUNT / FILES).mapToObj(i -> "pair" + i).toList();

    private final RoleFile[] files = new RoleFile[FILES];
    private final AtomicInteger next = new AtomicInteger();

    Notes() {
        try {
            Path dir = Files.createTempDirectory("jcstress");
            for (int i = 0; i < FILES; i++) {
                files[i] = RoleFile.open(dir, "role", PAIRS, Existing.REPLACE);
                Files.delete(files[i].file()); // what is mapped stays
            }
            Files.delete(dir.resolve("roles"));
            Files.delete(dir);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** The notes of one input and one output. */
    record Pair(RoleFile file, String name) {
        /** @param origin null for one that only finds */
        Trail trail(Origin origin, Memory memory) {
            return new Trail(file, List.of(name), origin, memory);
        }
    }

    /** A pair of which nothing is noted. */
    Pair next() {
        int i = next.getAndIncrement() & Rings.COUNT - 1;
        Pair pair = new Pair(files[i % FILES], PAIRS.get(i / FILES));
        pair.trail(null, Memory.DIRECT).forget(0);
        return pair;
    }

    /** Memory that one reads as it is and cannot change: for who looks where another would start a role again. */
    static final class ReadOnly extends Memory {
        static final Memory INSTANCE = new ReadOnly();

        @Override
        public void putLong(long address, long value) {
            // What is made void here would be void for the role that lives.
        }

        @Override
        public void putLongRelease(long address, long value) {
            // Likewise.
        }
    }
}
