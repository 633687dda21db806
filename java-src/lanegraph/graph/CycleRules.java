package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Cycles in which every lane blocks. Reports a shortest cycle through each lane that lies on one, but none
 * through a lane that a cycle reported before has named. There is no recursion: a long chain of lanes is no
 * deep stack.
 */
final class CycleRules {
    private static final int SHOWN = 10;

    /**
     * For each lane the lanes that are written by what reads it, with the first role by name that does so.
     */
    private final SortedMap<String, SortedMap<String, String>> edges = new TreeMap<>();

    private CycleRules(GraphSpec spec) {
        spec.roles().forEach((name, role) -> role.rx().forEach(ref -> {
            role.tx().forEach(lane -> edge(spec, ref.lane(), lane, name));
            // a dead letter that comes straight back is a problem of its own
            if (role.deadLetter() != null && !role.deadLetter().equals(ref.lane())) {
                edge(spec, ref.lane(), role.deadLetter(), name);
            }
        }));
    }

    static void check(GraphSpec spec, Problems problems) {
        if (spec.allowCycles()) {
            return;
        }
        CycleRules rules = new CycleRules(spec);
        rules.dropDeadEnds();
        Set<String> named = new TreeSet<>();
        for (String lane : rules.edges.keySet()) {
            List<String> cycle = named.contains(lane) ? List.of() : rules.shortest(lane);
            if (!cycle.isEmpty()) {
                named.addAll(cycle);
                problems.error(Codes.BLOCKING_CYCLE, List.of("lanes", lane), cycle,
                        "all lanes of a cycle block when they are full, so that it can stand still for ever: "
                                + rules.shown(cycle)
                                + "; expected: a lane that drops; set on-full drop on one "
                                + "of them, break the cycle, or allow cycles");
            }
        }
    }

    private void edge(GraphSpec spec, String from, String to, String role) {
        if (blocks(spec, from)) {
            edges.computeIfAbsent(from, lane -> new TreeMap<>()).putIfAbsent(to, role);
        }
    }

    private static boolean blocks(GraphSpec spec, String lane) {
        return spec.lanes().containsKey(lane) && spec.onFull(lane) == OnFull.BLOCK;
    }

    /** Takes away lanes from which no way leads on, again and again: a graph without a cycle ends empty. */
    private void dropDeadEnds() {
        Map<String, Integer> exits = new HashMap<>();
        Map<String, List<String>> before = new HashMap<>();
        edges.forEach((from, tos) -> {
            exits.put(from, tos.size());
            tos.keySet().forEach(to -> before.computeIfAbsent(to, lane -> new LinkedList<>()).add(from));
        });
        Deque<String> ends = new ArrayDeque<>(before.keySet());
        ends.removeIf(edges::containsKey);
        while (!ends.isEmpty()) {
            String end = ends.remove();
            edges.remove(end);
            for (String from : before.getOrDefault(end, List.of())) {
                if (exits.merge(from, -1, Integer::sum) == 0) {
                    ends.add(from);
                }
            }
        }
    }

    /** The lanes of a shortest cycle from that lane, which comes first; empty when there is none. */
    private List<String> shortest(String start) {
        Map<String, String> from = new HashMap<>();
        Deque<String> next = new ArrayDeque<>(List.of(start));
        while (!next.isEmpty()) {
            String lane = next.remove();
            for (String to : edges.getOrDefault(lane, Collections.emptySortedMap()).keySet()) {
                if (to.equals(start)) {
                    return way(from, start, lane);
                }
                if (from.putIfAbsent(to, lane) == null) {
                    next.add(to);
                }
            }
        }
        return List.of();
    }

    private static List<String> way(Map<String, String> from, String start, String last) {
        LinkedList<String> lanes = new LinkedList<>();
        for (String lane = last; !lane.equals(start); lane = from.get(lane)) {
            lanes.addFirst(lane);
        }
        lanes.addFirst(start);
        return List.copyOf(lanes);
    }

    private String shown(List<String> cycle) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(cycle.size(), SHOWN); i++) {
            String to = cycle.get((i + 1) % cycle.size());
            text.append(show(cycle.get(i))).append(" -> (")
                    .append(show(edges.get(cycle.get(i)).get(to))).append(") -> ");
        }
        if (cycle.size() > SHOWN) {
            text.append("… (").append(cycle.size() - SHOWN).append(" more) -> ");
        }
        return text.append(show(cycle.get(0))).toString();
    }
}
