package lanegraph.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.Topology;
import lanegraph.region.ControlFile;
import lanegraph.region.Ownership;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersManager;

/**
 * What the processes of a graph tell of themselves in {@code control.dat}: for each role and endpoint the counters of an
 * {@link Activity}, in Agrona's layout, and its distinct errors. Each part belongs to who holds its owner's lock. It stays
 * when they have died.
 */
final class Control {
    private static final int VALUE_LENGTH = 128;
    private static final int TYPE_ID = 1;
    /** Digits of a graph's hash that tell it from others for people, and from the one before it in a directory. */
    private static final int WHO_HASH = 8;

    private final ControlFile file;
    private final GraphSpec spec;
    private final List<String> owners;
    private final ByteBuffer values;
    /** The directory in which this call made the first file; else null. */
    private final Path madeIn;

    private Control(ControlFile file, GraphSpec spec, Path madeIn) {
        this.file = file;
        this.madeIn = madeIn;
        this.spec = spec;
        this.owners = owners(spec);
        this.values = file.values();
    }

    /** The roles and endpoints of a graph by the names of their locks, sorted: each at the number of its part. */
    static List<String> owners(GraphSpec spec) {
        Set<String> owners = new TreeSet<>();
        spec.roles().keySet().forEach(role -> owners.add(Topology.roleOwner(role)));
        spec.endpoints().keySet().forEach(endpoint -> owners.add(Topology.endpointOwner(endpoint)));
        return new ArrayList<>(owners);
    }

    /**
     * For a process that starts, under the start lock, before it touches a lane.
     *
     * @param own the locks that the caller holds
     * @throws LaneGraphException {@code graph/other-graph} if others run another graph in the directory; {@code
     *     control/corrupt}; those of files
     */
    static void check(Path dir, GraphSpec spec, Set<String> own) {
        ControlFile file = ControlFile.attach(dir, false);
        if (file != null && !file.graph().equals(spec.canonical())) {
            checkNobodyLives(dir, spec, GraphSpec.parse(file.graph()), own);
        }
    }

    /**
     * The file of this graph, made if it is missing or was that of another graph: after {@link #check}, and when the lanes
     * are open. What a start that the lanes refuse leaves there is what the dead have told.
     *
     * @throws LaneGraphException {@code control/corrupt}; those of files
     */
    static Control open(Path dir, GraphSpec spec) {
        String text = spec.canonical();
        ControlFile file = ControlFile.attach(dir, true);
        Path madeIn = file == null ? dir : null;
        if (file == null || !file.graph().equals(text)) {
            int parts = owners(spec).size();
            file = ControlFile.make(dir, text, parts * Activity.NAMES.size(), parts, made -> allocate(made, spec));
        }
        return new Control(file, spec, madeIn);
    }

    /** For one whose start failed, and who holds every lock: removes the file, if there was none before. */
    void discard() {
        if (madeIn != null) {
            ControlFile.remove(madeIn);
        }
    }

    /** How one that runs a graph, or a part of it, calls itself where it takes locks. */
    static String who(GraphSpec spec) {
        return "graph " + spec.name() + " " + spec.hash().substring(0, WHO_HASH);
    }

    /** Others that start the same graph now have their locks already, and wait for the start lock: they are in nobody's way. */
    private static void checkNobodyLives(Path dir, GraphSpec spec, GraphSpec there, Set<String> own) {
        for (String owner : owners(there)) {
            Map<String, String> holder = own.contains(owner) ? null : Ownership.holder(dir, owner);
            if (holder != null && !who(spec).equals(holder.get("who"))) {
                throw otherGraph(dir, spec, there, owner);
            }
        }
    }

    /** For one who wants this graph where another one runs, of which this owner lives. */
    static LaneGraphException otherGraph(Path dir, GraphSpec spec, GraphSpec there, String owner) {
        return new LaneGraphException(Category.CONFLICT, "graph/other-graph",
                "another graph runs in the directory: directory=" + dir + " found=" + there.name() + " hash=" + there.hash()
                        + " expected=" + spec.name() + " hash=" + spec.hash() + " owner=" + owner
                        + "; stop its processes first, or start all of them from one spec",
                Map.of("directory", dir.toString(), "found", there.hash(), "expected", spec.hash(), "owner", owner));
    }

    /** One after another, so that the number of a counter tells whose it is. */
    private static void allocate(ControlFile file, GraphSpec spec) {
        CountersManager counters = new CountersManager(new UnsafeBuffer(file.metadata()), new UnsafeBuffer(file.values()),
                StandardCharsets.UTF_8);
        for (String owner : owners(spec)) {
            for (String name : Activity.NAMES) {
                counters.allocate(owner + " " + name, TYPE_ID);
            }
        }
    }

    /**
     * For those who look: what stands there, also when nobody lives; null if nothing does.
     *
     * @param write true for one who is to write a part
     * @throws LaneGraphException {@code control/corrupt}; those of files
     */
    static Control attach(Path dir, boolean write) {
        ControlFile file = ControlFile.attach(dir, write);
        if (file == null) {
            return null;
        }
        GraphSpec spec = GraphSpec.parse(file.graph());
        int parts = owners(spec).size();
        if (file.errorLogs() != parts || file.counters() != parts * Activity.NAMES.size()) {
            throw new LaneGraphException(Category.CONFLICT, "control/corrupt",
                    "control file does not fit its graph: directory=" + dir + " counters=" + file.counters() + " expected="
                            + parts * Activity.NAMES.size() + "; remove control.dat while nothing runs there",
                    Map.of("directory", dir.toString()));
        }
        return new Control(file, spec, null);
    }

    /**
     * As {@link #attach}, where there must be one.
     *
     * @throws LaneGraphException {@code graph/not-found} as well
     */
    static Control attached(Path dir, boolean write) {
        Control control = attach(dir, write);
        if (control == null) {
            String found = Files.isDirectory(dir) ? "no graph was ever started in this directory"
                    : Files.exists(dir) ? "found a file, expected the directory of a graph" : "there is no such directory";
            throw new LaneGraphException(Category.NOT_FOUND, "graph/not-found",
                    found + ": directory=" + dir + "; start a graph there first, or choose another directory",
                    Map.of("directory", dir.toString()));
        }
        return control;
    }

    GraphSpec spec() {
        return spec;
    }

    private int part(String owner) {
        int part = owners.indexOf(owner);
        if (part < 0) {
            throw new IllegalArgumentException("no such part: " + owner + " of " + owners);
        }
        return part;
    }

    /** The counters of an owner. */
    Activity activity(String owner) {
        return new Activity(values, part(owner) * Activity.NAMES.size() * VALUE_LENGTH, VALUE_LENGTH, spec.lanes().keySet());
    }

    /** The errors of an owner, for who holds its lock. */
    ErrorLog errors(String owner) {
        return new ErrorLog(file.errorLog(part(owner)));
    }

    /** The errors of all owners, for those who look. */
    List<DistinctError> errors() {
        return owners.stream()
                .map(owner -> ErrorLog.entries(new UnsafeBuffer(file.errorLog(part(owner)))))
                .flatMap(List::stream)
                .filter(Objects::nonNull)
                .toList();
    }

    /** All roles and endpoints. */
    List<String> owners() {
        return owners;
    }
}
