package lanegraph.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.LaneSpec;
import lanegraph.graph.Topology;
import lanegraph.lane.Codec;
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

/** Makes or attaches the lanes of a graph, as its spec and options say. */
final class LaneOpener {
    private static final String INTERVAL = "interval:";

    private final GraphSpec spec;
    private final Part part;
    private final SpawnOptions options;
    private final Topology topology;
    private final Set<String> byReference;
    private final boolean background;
    private final Memory memory;

    /** @param background false to do in the thread of a role what a journal's own thread does otherwise */
    LaneOpener(GraphSpec spec, Part part, SpawnOptions options, Topology topology, Set<String> byReference,
            boolean background, Memory memory) {
        this.spec = spec;
        this.part = part;
        this.options = options;
        this.topology = topology;
        this.byReference = byReference;
        this.background = background;
        this.memory = memory;
    }

    /** The owner that a process must be to write this journal; beside its roles, whose names may change. */
    static String journalOwner(String lane) {
        return "journal/" + lane;
    }

    /** Opens each lane and puts it into the map at once, so that what was opened is known when the next one fails. */
    void open(Map<String, Lane> lanes) {
        spec.lanes().forEach((name, lane) -> {
            Codec codec = options.codecNamed(lane.codec());
            if (lane instanceof LaneSpec.Journal journal) {
                Journal opened = journal(name, journal, codec);
                lanes.put(name, opened);
                register(opened);
            } else {
                lanes.put(name, ring(name, (LaneSpec.Ring) lane, codec));
            }
        });
    }

    /**
     * A mapped lane of a graph that was started, as it is.
     *
     * @param write false for one who only looks
     * @throws lanegraph.LaneGraphException {@code lane/not-found}, {@code journal/not-found}; those of files
     */
    static Lane attached(GraphSpec spec, String name, Path dir, Codec codec, boolean write) {
        LaneSpec lane = spec.lanes().get(name);
        if (lane instanceof LaneSpec.Ring ring) {
            Region region = Region.attached(dir, name, shape(Topology.of(spec), name, ring, ring.slotBytes()), write);
            return new Ring(name, region, codec, false, ring.retain(), Memory.DIRECT);
        }
        LaneSpec.Journal journal = (LaneSpec.Journal) lane;
        JournalStore store = JournalStore.attached(dir, name, new JournalShape(journal.segmentBytes(), lane.codec()), write);
        return new Journal(name, store, policy(journal), codec, null, false, Memory.DIRECT);
    }

    /** A journal of a graph that was started, for who holds the lock of its writer. */
    static Lane attachedToWrite(GraphSpec spec, String name, Path dir, Codec codec) {
        LaneSpec.Journal journal = (LaneSpec.Journal) spec.lanes().get(name);
        JournalPolicy policy = policy(journal);
        JournalStore store = JournalStore.mapped(dir, name, new JournalShape(journal.segmentBytes(), journal.codec()),
                Existing.CONTINUE, true, policy.syncMillis() != JournalPolicy.NO_SYNC);
        return new Journal(name, store, policy, codec, Topology.of(spec).producers(name).get(0), true, Memory.DIRECT);
    }

    private static RingShape shape(Topology topology, String name, LaneSpec.Ring lane, int slotBytes) {
        return new RingShape(lane.kind(), lane.slots(), slotBytes, lane.codec(), topology.producers(name), topology.cursors(name));
    }

    private Ring ring(String name, LaneSpec.Ring lane, Codec codec) {
        RingShape shape = shape(topology, name, lane, byReference.contains(name) ? Long.BYTES : lane.slotBytes());
        Region region = options.dir() == null
                ? Region.inMemory(shape)
                : Region.mapped(options.dir(), name, shape, options.existing());
        return new Ring(name, region, codec, byReference.contains(name), lane.retain(), memory);
    }

    private Journal journal(String name, LaneSpec.Journal lane, Codec codec) {
        List<String> writers = topology.producers(name);
        JournalPolicy policy = policy(lane);
        boolean owner = part.writes(topology, name);
        JournalStore store;
        if (options.dir() == null) {
            long segmentBytes = Math.min(lane.segmentBytes(), Journal.MEMORY_SEGMENT_BYTES);
            store = JournalStore.inMemory(new JournalShape(segmentBytes, lane.codec()));
        } else {
            // A journal that this part only reads is another's: it is neither replaced nor in the way.
            Existing existing = owner ? options.existing() : Existing.CONTINUE;
            store = JournalStore.mapped(options.dir(), name, new JournalShape(lane.segmentBytes(), lane.codec()), existing,
                    owner, policy.syncMillis() != JournalPolicy.NO_SYNC);
        }
        return new Journal(name, store, policy, codec, owner ? writers.get(0) : null, background, memory);
    }

    private static JournalPolicy policy(LaneSpec.Journal lane) {
        return new JournalPolicy(lane.retainBytes(), lane.retainMillis(), syncMillis(lane.sync()));
    }

    private static long syncMillis(String sync) {
        return switch (sync) {
            case "none" -> JournalPolicy.NO_SYNC;
            case "each" -> JournalPolicy.SYNC_EACH;
            default -> Long.parseLong(sync.substring(INTERVAL.length()));
        };
    }

    /** Before anything is published: so no reader misses a message. Under the start lock: so no reader has two cells. */
    private void register(Journal journal) {
        for (String owner : topology.cursors(journal.name())) {
            if (!owner.equals(Topology.UNREAD)) {
                journal.register(owner, start(owner));
            }
        }
    }

    private long start(String owner) {
        String start = Stream.concat(
                        spec.roles().entrySet().stream().filter(role -> owner.equals(Topology.roleOwner(role.getKey())))
                                .map(role -> role.getValue().start()),
                        spec.endpoints().entrySet().stream()
                                .filter(endpoint -> owner.equals(Topology.endpointOwner(endpoint.getKey())))
                                .map(endpoint -> endpoint.getValue().start()))
                .filter(Objects::nonNull).findFirst().orElse("start");
        return switch (start) {
            case "start" -> Journal.START;
            case "tail" -> Journal.TAIL;
            default -> Long.parseLong(start);
        };
    }
}
