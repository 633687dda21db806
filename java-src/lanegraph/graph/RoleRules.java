package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What one role or endpoint says about itself, and that every lane it names exists. */
final class RoleRules {
    private static final Pattern START = Pattern.compile("start|tail|[0-9]{1,18}");
    private static final Pattern RECOVER_FROM = Pattern.compile("start|[0-9]{1,18}");
    private static final List<String> STATELESS = List.of("filter", "inspect");
    private static final List<String> AS = List.of("map", "filter", "inspect", "stateful");

    private final GraphSpec spec;
    private final Problems problems;

    private RoleRules(GraphSpec spec, Problems problems) {
        this.spec = spec;
        this.problems = problems;
    }

    static void check(GraphSpec spec, Problems problems) {
        RoleRules rules = new RoleRules(spec, problems);
        if (spec.roles().isEmpty()) {
            problems.error(Codes.NO_ROLES, List.of("roles"), null,
                    "graph " + show(spec.name()) + " has no roles; expected: at least one; add a role");
        }
        spec.roles().forEach(rules::role);
        spec.endpoints().forEach((name, endpoint) -> {
            String who = "endpoint " + show(name);
            rules.lane(who, List.of("endpoints", name, "lane"), endpoint.lane().lane());
            boolean reads = endpoint.kind() == EndpointSpec.Kind.EGRESS;
            rules.start(who, List.of("endpoints", name, "from"), endpoint.start(),
                    reads ? List.of(endpoint.lane().lane()) : List.of());
        });
    }

    /** Where entry i of a role's rx stands in a spec. */
    static List<Object> rxPath(String name, RoleSpec role, int i) {
        return role instanceof RoleSpec.Merge
                ? List.of("roles", name, "rx", i)
                : List.of("roles", name, "rx");
    }

    /** Where entry i of a role's tx stands in a spec. */
    static List<Object> txPath(String name, RoleSpec role, int i) {
        return role instanceof RoleSpec.Router
                ? List.of("roles", name, "tx", i)
                : List.of("roles", name, "tx");
    }

    /** Where the dead-letter lane of a role stands in a spec. */
    static List<Object> deadLetterPath(String name) {
        return List.of("roles", name, "on-error", "to");
    }

    private void role(String name, RoleSpec role) {
        String who = "role " + show(name);
        List<String> read = new ArrayList<>();
        for (int i = 0; i < role.rx().size(); i++) {
            lane(who, rxPath(name, role, i), role.rx().get(i).lane());
            read.add(role.rx().get(i).lane());
        }
        for (int i = 0; i < role.tx().size(); i++) {
            lane(who, txPath(name, role, i), role.tx().get(i));
        }
        start(who, List.of("roles", name, "from"), role.start(), read);
        String letter = role.deadLetter();
        if (letter != null) {
            lane(who, deadLetterPath(name), letter);
            if (read.contains(letter)) {
                problems.error(Codes.DEAD_LETTER_LOOP, deadLetterPath(name), letter,
                        who + " sends failed messages to a lane that it reads: lane=" + show(letter)
                                + "; expected: another lane, or they fail again for ever; choose another");
            }
        }
        if (role instanceof RoleSpec.Stage stage) {
            stage(who, name, stage);
        } else if (role instanceof RoleSpec.Router router) {
            router(who, name, router);
        } else if (role instanceof RoleSpec.Merge merge) {
            merge(who, name, merge, read);
        }
    }

    private void lane(String who, List<Object> path, String lane) {
        if (!spec.lanes().containsKey(lane)) {
            problems.error(Codes.UNKNOWN_LANE, path, lane,
                    who + " names a lane that does not exist: lane=" + show(lane) + "; expected: one of the "
                            + spec.lanes().size() + " lanes of the graph; add it or mend the name",
                    Suggest.nearest(lane, spec.lanes().keySet()));
        }
    }

    private void start(String who, List<Object> path, String start, List<String> read) {
        if (start == null) {
            return;
        }
        if (!START.matcher(start).matches()) {
            problems.error(Codes.BAD_FROM, path, start, who + ": found from=" + show(start)
                    + "; expected: start, tail or a position, which is a number from 0 on; change it");
        }
        if (read.stream().noneMatch(lane -> spec.lanes().get(lane) instanceof LaneSpec.Journal)) {
            problems.error(Codes.NO_JOURNAL, path, start, who + " starts at " + show(start) + ", but reads "
                    + (read.isEmpty() ? "nothing" : read)
                    + "; expected: a lane of kind journal among what it reads; leave from out");
        }
    }

    private void stage(String who, String name, RoleSpec.Stage stage) {
        key(who, stage.stage(), List.of("roles", name, "stage"));
        if (!AS.contains(stage.as())) {
            problems.error(Codes.UNKNOWN_AS, List.of("roles", name, "as"), stage.as(),
                    who + ": found as=" + show(stage.as()) + "; expected: one of " + AS + "; choose one",
                    Suggest.nearest(stage.as(), AS));
        }
        if (stage.recovery() != null) {
            recovery(who, name, stage, stage.recovery());
        }
    }

    /**
     * Only the journal that a role reads tells which messages its function has had: the role's position there says where
     * they end. Of any other lane nobody knows that.
     */
    private void recovery(String who, String name, RoleSpec.Stage stage, Recovery recovery) {
        List<Object> journal = List.of("roles", name, "recover", "journal");
        lane(who, journal, recovery.journal());
        LaneSpec lane = spec.lanes().get(recovery.journal());
        String reads = stage.from().lane();
        if (lane != null && !(lane instanceof LaneSpec.Journal && recovery.journal().equals(reads))) {
            boolean fits = spec.lanes().get(reads) instanceof LaneSpec.Journal;
            problems.error(Codes.BAD_RECOVER, journal, recovery.journal(),
                    who + " recovers its state from lane " + show(recovery.journal()) + " of kind " + lane.kind() + ", but reads "
                            + show(reads) + "; expected: the journal that it reads, of whose messages it is known which it has had; "
                            + (fits ? "name that one" : "let it read a journal"));
        }
        if (STATELESS.contains(stage.as())) {
            problems.error(Codes.BAD_RECOVER, List.of("roles", name, "recover"), stage.as(),
                    who + " recovers its state, but has none: as=" + show(stage.as()) + "; expected: stateful, or a class that keeps"
                            + " a state; leave recover out");
        }
        if (!RECOVER_FROM.matcher(recovery.from()).matches()) {
            problems.error(Codes.BAD_FROM, List.of("roles", name, "recover", "from"), recovery.from(),
                    who + ": found from=" + show(recovery.from()) + "; expected: start or a position, which is a number from 0 on;"
                            + " change it");
        }
        if (lane instanceof LaneSpec.Journal old && (old.retainBytes() > 0 || old.retainMillis() > 0)) {
            problems.warning(Codes.RECOVER_RETENTION, List.of("roles", name, "recover"), recovery.journal(),
                    who + " recovers its state from journal " + show(recovery.journal()) + ", which lets go what is old: retain-bytes="
                            + old.retainBytes() + " retain-ms=" + old.retainMillis() + "; expected: 0 and 0, for it cannot start any"
                            + " more when a message that it needs is gone; keep all, or raise from in time");
        }
    }

    private void router(String who, String name, RoleSpec.Router router) {
        if (router.policy() instanceof RouterPolicy.By by) {
            key(who, by.stage(), List.of("roles", name, "policy", "by"));
        }
        if (router.to().isEmpty()) {
            problems.error(Codes.NO_TX, List.of("roles", name, "tx"), List.of(),
                    who + " writes no lane; expected: at least one; add one");
        }
        duplicates(who, name, "tx", router.to(), Codes.DUPLICATE_TX);
        if (router.from().isWhole()
                && spec.lanes().get(router.from().lane()) instanceof LaneSpec.FanoutBroadcast fanout
                && LaneRules.goodConsumers(fanout) && fanout.consumers() != router.to().size()) {
            problems.error(Codes.ROUTER_OUTPUTS, List.of("roles", name, "tx"), List.copyOf(router.to()),
                    who + " reads all of a fanout: consumers=" + fanout.consumers() + " outputs="
                            + router.to().size()
                            + "; expected: as many outputs as consumers; change one, or read one consumer");
        }
    }

    private void merge(String who, String name, RoleSpec.Merge merge, List<String> read) {
        if (merge.from().isEmpty()) {
            problems.error(Codes.NO_RX, List.of("roles", name, "rx"), List.of(),
                    who + " reads no lane; expected: at least one; add one");
        }
        duplicates(who, name, "rx", read, Codes.DUPLICATE_RX);
    }

    private void key(String who, String key, List<Object> path) {
        if (key.isBlank()) {
            problems.error(Codes.EMPTY_STAGE, path, key,
                    who + " does not say which function it runs: " + path.get(path.size() - 1) + "=" + show(key)
                            + "; expected: a symbol, a keyword or a class name; write one");
        }
    }

    private void duplicates(String who, String name, String key, List<String> lanes, String code) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < lanes.size(); i++) {
            if (!seen.add(lanes.get(i))) {
                problems.error(code, List.of("roles", name, key, i), lanes.get(i),
                        who + " names a lane twice: " + key + "=" + show(lanes.get(i))
                                + "; expected: each lane once; take one away");
            }
        }
    }
}
