package lanegraph.region;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanegraph.LaneGraphException;

/**
 * A second process for the tests of regions and locks. Prints one line for what it did: {@code ok}, or the code
 * and message of what was refused. Where the test has to decide when it goes on, it waits for its input.
 */
public final class RegionProcess {
    private RegionProcess() {}

    public static void main(final String[] args) throws IOException {
        final Path dir = Path.of(args[1]);
        switch (args[0]) {
            case "own" -> own(dir, args[2]);
            case "create" -> create(dir, args[2], Integer.parseInt(args[3]));
            case "memory" -> answer(() -> Region.inMemory(shape(1 << 16)));
            case "contend" -> contend(dir, Path.of(args[2]), Integer.parseInt(args[3]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** The shape that the tests share. */
    public static RingShape shape(final int slots) {
        return new RingShape("events", slots, 64, "string", List.of("endpoint/in"), List.of("role/parse"));
    }

    private static void answer(final Runnable work) {
        try {
            work.run();
            System.out.println("ok");
        } catch (final LaneGraphException ex) {
            System.out.println(ex.code() + " " + ex.getMessage());
        }
    }

    private static void await() throws IOException {
        System.in.read();
    }

    /** Takes one lock and holds it until the input says something or ends; then what is in the directory. */
    private static void own(final Path dir, final String owner) throws IOException {
        answer(() -> Ownership.take(dir, List.of(owner), "the other process"));
        await();
        System.out.println(listing(dir));
    }

    /** Makes the lane, or attaches, when the input says so; prints which, and what is in the directory. */
    private static void create(final Path dir, final String lane, final int slots) throws IOException {
        System.out.println("ready");
        await();
        answer(() -> System.out.print(Region.mapped(dir, lane, shape(slots), Existing.CONTINUE).created()
                ? "created " : "attached "));
        System.out.println(listing(dir));
    }

    /**
     * Takes one lock again and again, each time removing what it made. While it holds it, it makes a marker that can
     * be made once only; that it could not is the proof of two owners.
     */
    private static void contend(final Path dir, final Path marker, final int times) throws IOException {
        for (int taken = 0; taken < times; ) {
            final Ownership ownership;
            try {
                ownership = Ownership.take(dir, List.of("role/parse"), "contender");
            } catch (final LaneGraphException ex) {
                if (!ex.code().equals("role/owned")) {
                    throw ex;
                }
                continue;
            }
            Files.createFile(marker);
            LockSupport.parkNanos(300_000); // so that the others run meanwhile
            Files.delete(marker);
            ownership.abandon();
            taken++;
        }
        System.out.println("ok");
    }

    private static String listing(final Path dir) throws IOException {
        if (!Files.exists(dir)) {
            return "[]";
        }
        try (Stream<Path> files = Files.walk(dir)) {
            return files.skip(1).map(file -> dir.relativize(file).toString()).sorted()
                    .collect(Collectors.toCollection(ArrayList::new)).toString();
        }
    }
}
