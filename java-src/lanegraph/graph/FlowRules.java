package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What messages can reach: lanes without a writer or a reader, roles that nothing gets to. All are
 * warnings.
 */
final class FlowRules {
    private final GraphSpec spec;
    private final Topology topology;
    private final Problems problems;

    private FlowRules(GraphSpec spec, Problems problems) {
        this.spec = spec;
        this.topology = Topology.of(spec);
        this.problems = problems;
    }

    static void check(GraphSpec spec, Problems problems) {
        FlowRules rules = new FlowRules(spec, problems);
        spec.lanes().keySet().forEach(rules::lane);
        rules.roles();
    }

    private void lane(String lane) {
        boolean written = !topology.producers(lane).isEmpty();
        boolean read = topology.isRead(lane);
        if (!written && !read) {
            warn(Codes.UNUSED_LANE, lane, "nothing writes or reads lane ", "both; use it or take it away");
        } else if (!written) {
            warn(Codes.UNWRITTEN_LANE, lane, "nothing writes lane ",
                    "a tx or an ingress endpoint; add one, or its readers never get a message");
        } else if (!read && !(spec.lanes().get(lane) instanceof LaneSpec.Journal)) { // a journal is a record: it may wait
            warn(Codes.UNREAD_LANE, lane, "nothing reads lane ",
                    "an rx or an egress endpoint; add one, or the lane fills up");
        }
    }

    private void warn(String code, String lane, String found, String expected) {
        problems.warning(code, List.of("lanes", lane), lane, found + show(lane) + "; expected: " + expected);
    }

    private void roles() {
        Map<String, List<String>> rolesOf = new HashMap<>();
        Deque<String> next = new ArrayDeque<>();
        spec.roles().forEach((name, role) -> {
            for (LaneRef ref : role.rx()) {
                rolesOf.computeIfAbsent(ref.lane(), lane -> new ArrayList<>()).add(name);
                if (isSource(ref.lane())) {
                    next.add(ref.lane());
                }
            }
        });
        Set<String> lanes = new HashSet<>(next);
        Set<String> reached = new HashSet<>();
        while (!next.isEmpty()) {
            for (String name : rolesOf.getOrDefault(next.remove(), List.of())) {
                if (reached.add(name)) {
                    spec.roles().get(name).outputs().stream().filter(lanes::add).forEach(next::add);
                }
            }
        }
        spec.roles().forEach((name, role) -> {
            if (!reached.contains(name) && !role.rx().isEmpty()) {
                problems.warning(Codes.UNREACHABLE_ROLE, List.of("roles", name), name,
                        "no message can reach role " + show(name) + ": no way leads to it from an ingress"
                                + "; expected: one; add an ingress endpoint or take the role away");
            }
        });
    }

    /**
     * An ingress writes it; or it is in error or warned about already, so that what comes after it is not.
     */
    private boolean isSource(String lane) {
        return !spec.lanes().containsKey(lane) || topology.producers(lane).isEmpty()
                || topology.producers(lane).get(0).startsWith(Topology.endpointOwner(""));
    }
}
