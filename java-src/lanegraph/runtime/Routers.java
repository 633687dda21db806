package lanegraph.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.OnError;
import lanegraph.graph.RoleSpec;
import lanegraph.graph.RouterPolicy;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.stage.RouteStage;
import lanegraph.stage.SequenceAware;
import lanegraph.stage.ValueRoute;

/** Makes the {@link Router} of a role by its policy. */
final class Routers {
    private Routers() {}

    /** True if the object can choose the outputs of a router. */
    static boolean isRoute(Object stage) {
        return stage instanceof RouteStage || stage instanceof ValueRoute;
    }

    /**
     * @param outputs in the order of the spec
     * @param stage of the policy {@code by}; else null
     */
    static Router of(String role, RoleSpec.Router spec, List<LaneTx> outputs, Object stage) {
        if (spec.policy() instanceof RouterPolicy.Broadcast) {
            return new BroadcastRouter(outputs, spec.onError() instanceof OnError.Stop);
        }
        return new PickRouter(outputs, spec.policy() instanceof RouterPolicy.RoundRobin
                ? new Turns(outputs.size())
                : by(role, spec.to(), stage));
    }

    /**
     * Picks outputs by a function.
     *
     * @param names of the outputs, in their order
     */
    static PickRouter.Pick by(String role, List<String> names, Object stage) {
        Answers answers = new Answers(role, names);
        PickRouter.Pick pick = stage instanceof ValueRoute values
                ? rx -> answers.place(values.route(rx.value()))
                : rx -> answers.place(((RouteStage) stage).route(rx.payload()));
        if (stage instanceof SequenceAware aware) {
            return rx -> {
                aware.sequence(rx.sequence());
                return pick.pick(rx);
            };
        }
        return pick;
    }

    /**
     * Each output in turn, by the message's sequence: so a message has the same turn in every life of the role. One that its
     * output drops, or cannot carry, has used it.
     */
    private static final class Turns implements PickRouter.Pick {
        private final int count;
        /** The turn of this sequence is the next one: then there is no need to divide. */
        private long expected;
        private int next;

        Turns(int count) {
            this.count = count;
        }

        @Override
        public int pick(LaneRx rx) {
            long sequence = rx.sequence();
            int turn = sequence == expected ? next : (int) (sequence % count);
            expected = sequence + 1;
            next = turn + 1 == count ? 0 : turn + 1;
            return turn;
        }
    }

    /** What a function may answer. */
    private static final class Answers {
        private final String role;
        private final List<String> names;
        private final Map<Object, Integer> places = new HashMap<>();

        Answers(String role, List<String> names) {
            this.role = role;
            this.names = names;
            for (int i = 0; i < names.size(); i++) {
                places.put(names.get(i), i);
            }
            if (names.size() == 2) {
                places.put(true, 0);
                places.put(false, 1);
            }
            places.put(null, -1);
        }

        int place(Object answer) {
            Integer place = places.get(answer);
            if (place == null) {
                throw new LaneGraphException(Category.FAULT, "stage/bad-route",
                        "role " + role + ": its function answered " + answer + " (" + answer.getClass().getName()
                                + "); expected the name of one of its outputs " + names
                                + (names.size() == 2 ? ", true for the first, false for the second" : "")
                                + ", or null to leave the message out",
                        Map.of("role", role, "answer", String.valueOf(answer), "outputs", names));
            }
            return place;
        }
    }
}
