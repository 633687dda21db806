package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.List;

/** Messages that leave a role as they came: equal codecs on both sides, room for them on the other. */
final class ForwardRules {
    private final GraphSpec spec;
    private final Problems problems;

    private ForwardRules(GraphSpec spec, Problems problems) {
        this.spec = spec;
        this.problems = problems;
    }

    static void check(GraphSpec spec, Problems problems) {
        spec.roles().forEach(new ForwardRules(spec, problems)::role);
    }

    private void role(String name, RoleSpec role) {
        for (int i = 0; i < role.rx().size(); i++) {
            String rx = role.rx().get(i).lane();
            for (int j = 0; j < role.tx().size() && role.forwards(); j++) {
                String tx = role.tx().get(j);
                if (role instanceof RoleSpec.Merge) {
                    pair(name, role.kind(), rx, tx, RoleRules.rxPath(name, role, i), rx);
                } else {
                    pair(name, role.kind(), rx, tx, RoleRules.txPath(name, role, j), tx);
                }
            }
            if (role.deadLetter() != null) {
                pair(name, "dead letter", rx, role.deadLetter(), RoleRules.deadLetterPath(name),
                        role.deadLetter());
            }
        }
    }

    private void pair(String role, String what, String rx, String tx, List<Object> path, String found) {
        LaneSpec from = spec.lanes().get(rx);
        LaneSpec to = spec.lanes().get(tx);
        if (from == null || to == null) {
            return;
        }
        String lanes = "role " + show(role) + " (" + what + ") forwards messages from " + show(rx)
                + " to " + show(tx);
        if (!from.codec().equals(to.codec())) {
            problems.error(Codes.CODEC_MISMATCH, path, found,
                    lanes + " of another codec: " + show(from.codec()) + " and " + show(to.codec())
                            + "; expected: equal codecs; change one, or convert in a stage");
        }
        if (from instanceof LaneSpec.Ring a && to instanceof LaneSpec.Ring b
                && b.slotBytes() < a.slotBytes()) {
            problems.warning(Codes.SMALLER_SLOTS, path, found,
                    lanes + " with smaller slots: slot-bytes=" + a.slotBytes() + " and " + b.slotBytes()
                            + "; expected: room for every message; enlarge them, or longer ones are errors");
        }
    }
}
