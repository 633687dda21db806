package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Who reads which cursor: every cursor of a lane that is read has exactly one reader. */
final class ReaderRules {
    private record Reader(String owner, String who, List<Object> path, LaneRef ref, boolean takesAll) {
    }

    private final GraphSpec spec;
    private final Problems problems;
    private final SortedMap<String, List<Reader>> readers = new TreeMap<>();

    private ReaderRules(GraphSpec spec, Problems problems) {
        this.spec = spec;
        this.problems = problems;
    }

    static void check(GraphSpec spec, Problems problems) {
        ReaderRules rules = new ReaderRules(spec, problems);
        rules.collect();
        rules.readers.forEach(rules::lane);
    }

    private void collect() {
        spec.endpoints().forEach((name, endpoint) -> {
            List<Object> path = List.of("endpoints", name, "lane");
            String who = "endpoint " + show(name);
            if (endpoint.kind() == EndpointSpec.Kind.EGRESS) {
                add(new Reader(Topology.endpointOwner(name), who, path, endpoint.lane(), false));
            } else if (!endpoint.lane().isWhole()) {
                misplaced(who, path, endpoint.lane(), "an ingress writes to the lane as a whole");
            }
        });
        spec.roles().forEach((name, role) -> {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < role.rx().size(); i++) {
                LaneRef ref = role.rx().get(i);
                boolean takesAll = role instanceof RoleSpec.Router && ref.isWhole()
                        && spec.lanes().get(ref.lane()) instanceof LaneSpec.FanoutBroadcast;
                // a merge that reads a lane twice is told so by RoleRules; here its first entry counts
                if (seen.add(ref.lane())) {
                    add(new Reader(Topology.roleOwner(name), "role " + show(name),
                            RoleRules.rxPath(name, role, i), ref, takesAll));
                }
            }
        });
    }

    private void add(Reader reader) {
        if (spec.lanes().containsKey(reader.ref.lane())) {
            readers.computeIfAbsent(reader.ref.lane(), lane -> new ArrayList<>()).add(reader);
        }
    }

    private void misplaced(String who, List<Object> path, LaneRef ref, String why) {
        problems.error(Codes.CONSUMER_MISPLACED, path, ref.data(),
                who + " names a consumer: found " + show(ref) + "; expected: " + show(ref.lane())
                        + ", since " + why + "; leave the number out");
    }

    private void lane(String name, List<Reader> of) {
        LaneSpec lane = spec.lanes().get(name);
        if (lane instanceof LaneSpec.Ring ring && !(lane instanceof LaneSpec.Events)) {
            if (LaneRules.goodConsumers(ring)) {
                consumers(name, ring, of);
            }
            return;
        }
        for (Reader reader : of) {
            if (!reader.ref.isWhole()) {
                misplaced(reader.who, reader.path, reader.ref, "a lane of kind " + lane.kind()
                        + " has no numbers");
            }
        }
        if (lane instanceof LaneSpec.Events && of.size() > 1) {
            twoReaders(name, "lane " + show(name), of,
                    "one reader of an events lane; use a fanout-broadcast lane to read it more than once");
        }
    }

    private void consumers(String name, LaneSpec.Ring ring, List<Reader> of) {
        int count = ring.consumers();
        Map<Integer, List<Reader>> claims = new TreeMap<>();
        boolean clear = true;
        for (Reader reader : of) {
            int consumer = reader.ref.consumer();
            if (reader.takesAll) {
                IntStream.range(0, count).forEach(i -> claim(claims, i, reader));
            } else if (reader.ref.isWhole() && count > 1) {
                clear = false;
                problems.error(Codes.CONSUMER_MISSING, reader.path, reader.ref.data(),
                        reader.who + " does not say which consumer it reads: lane=" + show(name)
                                + " consumers=" + count + "; expected: [" + show(name)
                                + " i] with i from 0 to "
                                + (count - 1) + "; write the number");
            } else if (!reader.ref.isWhole() && (consumer < 0 || consumer >= count)) {
                problems.error(Codes.CONSUMER_RANGE, reader.path, reader.ref.data(),
                        reader.who + " reads a consumer that does not exist: found " + show(reader.ref)
                                + "; expected: a number from 0 to " + (count - 1)
                                + "; change it, or the lane's "
                                + LaneRules.consumersKey(ring));
            } else {
                claim(claims, Math.max(0, consumer), reader);
            }
        }
        claims.forEach((i, readers) -> {
            if (readers.size() > 1) {
                twoReaders(name, "consumer " + i + " of lane " + show(name), readers,
                        "one reader; give each its own consumer");
            }
        });
        List<Object> unread = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        unread.removeAll(claims.keySet());
        if (clear && !unread.isEmpty()) {
            problems.error(Codes.CONSUMER_UNREAD, List.of("lanes", name, LaneRules.consumersKey(ring)), count,
                    "lane " + show(name)
                            + " has consumers that nobody reads, so that it would fill up: unread="
                            + unread + " of " + count
                            + "; expected: one reader for each; read them or lower the number");
        }
    }

    private static void claim(Map<Integer, List<Reader>> claims, int consumer, Reader reader) {
        claims.computeIfAbsent(consumer, i -> new ArrayList<>()).add(reader);
    }

    private void twoReaders(String lane, String what, List<Reader> found, String expected) {
        List<String> owners = found.stream().map(Reader::owner).sorted().toList();
        problems.error(Codes.TWO_READERS, List.of("lanes", lane), owners,
                what + " has " + owners.size() + " readers: " + WriterRules.shown(owners)
                        + "; expected: " + expected);
    }
}
