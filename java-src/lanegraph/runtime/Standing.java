package lanegraph.runtime;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import lanegraph.lane.Lane;

/**
 * How the roles of a graph stand, looked at while they work: what they have before them, what they wait for. Thread-safe;
 * each look is of one instant after the other.
 */
final class Standing {
    private final SortedMap<String, Lane> lanes;
    private final SortedMap<String, RoleAgent> roles;
    private final SortedMap<String, List<String>> readers;

    /**
     * @param lanes by name
     * @param roles by name
     * @param readers the owners of the cursors that roles and consumers move, by lane
     */
    Standing(SortedMap<String, Lane> lanes, SortedMap<String, RoleAgent> roles, SortedMap<String, List<String>> readers) {
        this.lanes = lanes;
        this.roles = roles;
        this.readers = readers;
    }

    /**
     * How many messages each lane still holds for a role or a consumer, without the empty ones. What a fanout
     * holds for an egress alone does not count.
     */
    SortedMap<String, Integer> remaining() {
        SortedMap<String, Integer> remaining = new TreeMap<>();
        readers.forEach((name, owners) -> {
            Lane lane = lanes.get(name);
            int depth = owners.stream().mapToInt(lane::depth).max().orElse(0);
            if (depth > 0) {
                remaining.put(name, depth);
            }
        });
        return remaining;
    }

    /** A number that moves whenever a role has done something. */
    long epoch() {
        long sum = 0;
        for (RoleAgent role : roles.values()) {
            sum += role.activity().epoch();
        }
        return sum;
    }

    /** The roles that are paused or parked. */
    List<String> halted() {
        return roles.entrySet().stream()
                .filter(entry -> entry.getValue().halt().isHalted())
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * The halted roles if, at this instant, only they stand in the way: each other role has no message before it and is
     * not active, or waits for room; else none.
     */
    List<String> heldUpBy() {
        for (RoleAgent role : roles.values()) {
            boolean waits = role.halt().isHalted() || role.activity().blockedOn() != null;
            if (!waits && (role.activity().active() || hasMessages(role))) {
                return List.of();
            }
        }
        return halted();
    }

    private boolean hasMessages(RoleAgent role) {
        return readers.entrySet().stream().anyMatch(entry -> entry.getValue().stream()
                .anyMatch(cursor -> Assembly.isOf(role.owner(), cursor) && lanes.get(entry.getKey()).depth(cursor) > 0));
    }

    /** The roles that moved something in their last pass, run a function, or wait for room. */
    List<String> activeRoles() {
        return roles.entrySet().stream()
                .filter(entry -> entry.getValue().activity().active())
                .map(Map.Entry::getKey)
                .toList();
    }
}
