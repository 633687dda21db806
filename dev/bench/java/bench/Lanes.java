package bench;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import lanegraph.lane.Codecs;
import lanegraph.lane.Journal;
import lanegraph.lane.JournalPolicy;
import lanegraph.lane.Lane;
import lanegraph.lane.Ring;
import lanegraph.region.Existing;
import lanegraph.region.JournalShape;
import lanegraph.region.JournalStore;
import lanegraph.region.Memory;
import lanegraph.region.Region;
import lanegraph.region.RingShape;

/** One lane with producers p0 … and consumers c0 …, made as a graph makes it; in memory where the directory is null. */
final class Lanes {
    private static final long MIB = 1L << 20;
    /** How many MiB a journal keeps; 0 = all. */
    private static final long RETAINED = Long.getLong("bench.retain", 64);

    private Lanes() {
    }

    static Lane ring(String kind, int slots, Path dir) {
        return ring("lane", kind, slots, dir, Sides.PRODUCERS, Sides.CONSUMERS, false);
    }

    /** An events lane that carries objects. */
    static Lane references(int slots) {
        return ring("lane", "events", slots, null, 1, 1, true);
    }

    /** For each producer a lane of its own. */
    static List<Lane> oneEach(int slots, Path dir) {
        return owners("lane", Sides.PRODUCERS).stream().map(name -> ring(name, "events", slots, dir, 1, 1, false)).toList();
    }

    /** A lane of this name between one producer and one consumer. */
    static Lane oneEach(String name, int slots, Path dir) {
        return ring(name, "events", slots, dir, 1, 1, false);
    }

    private static Lane ring(String name, String kind, int slots, Path dir, int producers, int consumers,
            boolean byReference) {
        RingShape shape = new RingShape(kind, slots, byReference ? Long.BYTES : Payload.LENGTH, "bytes", owners("p", producers),
                owners("c", consumers));
        Region region = dir == null ? Region.inMemory(shape) : Region.mapped(dir, name, shape, Existing.REPLACE);
        return new Ring(name, region, Codecs.BYTES, byReference, true, Memory.DIRECT);
    }

    /** Segments of 16 MiB, never forced to the disk; what is behind the retained bytes is used again. */
    static Lane journal(Path dir) {
        JournalShape shape = new JournalShape(16 * MIB, "bytes");
        JournalStore store = dir == null
                ? JournalStore.inMemory(shape)
                : JournalStore.mapped(dir, "log", shape, Existing.REPLACE, true, false);
        Journal journal = new Journal("log", store, new JournalPolicy(RETAINED * MIB, 0, JournalPolicy.NO_SYNC),
                Codecs.BYTES, "p0", true, Memory.DIRECT);
        owners("c", Sides.CONSUMERS).forEach(consumer -> journal.register(consumer, Journal.START));
        return journal;
    }

    private static List<String> owners(String side, int count) {
        return IntStream.range(0, count).mapToObj(i -> side + i).toList();
    }
}
