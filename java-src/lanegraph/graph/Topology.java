package lanegraph.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who writes and who reads each lane, by owner name: the one place that derives it.
 *
 * <p>Owner names: {@code role/<role>}, {@code role/<role>/error} (the role as writer of its dead-letter
 * lane), {@code endpoint/<endpoint>}, {@code role/<role>/<i>} (cursor i of a router that reads a whole
 * fanout), and {@code unread} for a cursor that nobody moves.
 *
 * <p>Never throws for an invalid spec: references to lanes that do not exist are left out, a consumer out
 * of range has no cursor, and of several readers of one cursor the first by owner name has it.
 */
public final class Topology {
    /** The owner of a cursor that nobody moves: its lane fills up. */
    public static final String UNREAD = "unread";

    private final SortedMap<String, List<String>> producers = new TreeMap<>();
    private final SortedMap<String, List<String>> cursors = new TreeMap<>();
    private final Set<String> read = new TreeSet<>();

    private Topology(GraphSpec spec) {
        Map<String, SortedMap<String, LaneRef>> readers = new TreeMap<>();
        for (String lane : spec.lanes().keySet()) {
            producers.put(lane, new ArrayList<>());
            readers.put(lane, new TreeMap<>());
        }
        spec.endpoints().forEach((name, endpoint) -> {
            if (endpoint.kind() == EndpointSpec.Kind.INGRESS) {
                write(endpoint.lane().lane(), endpointOwner(name));
            } else {
                read(readers, spec, endpoint.lane(), endpointOwner(name), false);
            }
        });
        spec.roles().forEach((name, role) -> {
            role.tx().forEach(lane -> write(lane, roleOwner(name)));
            if (role.deadLetter() != null) {
                write(role.deadLetter(), errorOwner(name));
            }
            boolean router = role instanceof RoleSpec.Router;
            role.rx().forEach(ref -> read(readers, spec, ref, roleOwner(name), router));
        });
        producers.replaceAll((lane, owners) -> owners.stream().sorted().distinct().toList());
        spec.lanes().forEach((name, lane) -> cursors.put(name, cursorsOf(lane, readers.get(name))));
    }

    /** The topology of a spec. */
    public static Topology of(GraphSpec spec) {
        return new Topology(spec);
    }

    /** The owner name of a role as producer and as reader. */
    public static String roleOwner(String role) {
        return "role/" + role;
    }

    /** The owner name of a role as producer of its dead-letter lane. */
    public static String errorOwner(String role) {
        return "role/" + role + "/error";
    }

    /** The owner name of a router's cursor i on a whole fanout. */
    public static String routerOwner(String role, int consumer) {
        return "role/" + role + "/" + consumer;
    }

    /** The owner name of an endpoint. */
    public static String endpointOwner(String endpoint) {
        return "endpoint/" + endpoint;
    }

    /** The owner whose lock makes a process this owner: a role has one lock for all that it is. */
    public static String lockOwner(String owner) {
        int second = owner.indexOf('/', owner.indexOf('/') + 1);
        return second < 0 ? owner : owner.substring(0, second);
    }

    /** The lanes of the graph, sorted. */
    public Set<String> lanes() {
        return Collections.unmodifiableSet(producers.keySet());
    }

    /**
     * The owners that write the lane, sorted, each once.
     *
     * @throws IllegalArgumentException when the graph has no such lane
     */
    public List<String> producers(String lane) {
        return find(producers, lane);
    }

    /**
     * The owners of the lane's cursors: the place in the list is the number of the cursor. A lane that
     * nobody reads has the one cursor {@link #UNREAD}. The readers of a journal are sorted by name.
     *
     * @throws IllegalArgumentException when the graph has no such lane
     */
    public List<String> cursors(String lane) {
        return find(cursors, lane);
    }

    /** True when a role or an egress endpoint reads the lane. */
    public boolean isRead(String lane) {
        return read.contains(lane);
    }

    /** True when more than one owner writes the lane, so that its slots must be claimed. */
    public boolean manyProducers(String lane) {
        return producers(lane).size() > 1;
    }

    /** The number of the owner's cursor on the lane, or -1 when that owner does not read it. */
    public int cursor(String lane, String owner) {
        return cursors(lane).indexOf(owner);
    }

    private static List<String> find(Map<String, List<String>> map, String lane) {
        List<String> owners = map.get(lane);
        if (owners == null) {
            throw new IllegalArgumentException("no such lane: lane=" + lane + " lanes=" + map.keySet());
        }
        return owners;
    }

    private void write(String lane, String owner) {
        List<String> owners = producers.get(lane);
        if (owners != null) {
            owners.add(owner);
        }
    }

    private void read(Map<String, SortedMap<String, LaneRef>> readers, GraphSpec spec, LaneRef ref,
            String owner, boolean router) {
        SortedMap<String, LaneRef> of = readers.get(ref.lane());
        if (of == null) {
            return;
        }
        read.add(ref.lane());
        if (router && ref.isWhole()
                && spec.lanes().get(ref.lane()) instanceof LaneSpec.FanoutBroadcast fanout) {
            for (int i = 0; i < Math.min(fanout.consumers(), Limits.MAX_CONSUMERS); i++) {
                of.put(owner + "/" + i, LaneRef.of(ref.lane(), i));
            }
        } else {
            of.put(owner, ref);
        }
    }

    private static List<String> cursorsOf(LaneSpec lane, SortedMap<String, LaneRef> readers) {
        if (readers.isEmpty()) {
            return List.of(UNREAD);
        }
        if (!(lane instanceof LaneSpec.Ring ring)) {
            return List.copyOf(readers.keySet());
        }
        int count = Math.max(1, Math.min(ring.consumers(), Limits.MAX_CONSUMERS));
        List<String> owners = new ArrayList<>(Collections.nCopies(count, UNREAD));
        readers.forEach((owner, ref) -> {
            int i = ref.isWhole() ? 0 : ref.consumer();
            if (i >= 0 && i < count && owners.get(i).equals(UNREAD)) {
                owners.set(i, owner);
            }
        });
        return List.copyOf(owners);
    }
}
