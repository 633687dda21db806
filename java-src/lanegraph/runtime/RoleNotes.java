package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanegraph.graph.GraphSpec;
import lanegraph.graph.LaneRef;
import lanegraph.graph.OnFull;
import lanegraph.graph.RoleSpec;
import lanegraph.graph.RouterPolicy;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.Origin;
import lanegraph.lane.Trail;
import lanegraph.region.Memory;
import lanegraph.region.RoleFile;

/**
 * What a role on mapped lanes notes while it runs, in {@code <dir>/roles/<role>.cell}, and how it goes on by that where an
 * earlier life of it ended, wherever that was. A lane that drops is not noted: what it holds is no promise.
 */
final class RoleNotes {
    private static final String OF_ERRORS = " (dead letters)";

    private final GraphSpec spec;
    private final Map<String, Lane> lanes;
    private final List<LaneRef> inputs;
    private final boolean broadcasts;
    private final RoleFile file;
    private final Origin origin;
    private final Memory memory;
    /** Of the outputs that block. */
    private final List<Trail> trails = new ArrayList<>();
    private Trail deadLetters;
    private final List<String> voided = new ArrayList<>();

    private RoleNotes(GraphSpec spec, Map<String, Lane> lanes, RoleSpec role, RoleFile file, Origin origin, Memory memory) {
        this.spec = spec;
        this.lanes = lanes;
        this.inputs = role.rx();
        this.broadcasts = role instanceof RoleSpec.Router router && router.policy() instanceof RouterPolicy.Broadcast;
        this.file = file;
        this.origin = origin;
        this.memory = memory;
    }

    /**
     * Opens the file of the role, whose lock this process holds; null if there is nothing to note: then what an earlier
     * graph has noted there goes, since it is true only as long as it is kept.
     *
     * @param lanes of the graph, by name
     * @param origin of what the role publishes
     */
    static RoleNotes open(GraphSpec spec, Map<String, Lane> lanes, SpawnOptions options, String name, RoleSpec role,
            Origin origin, Memory memory) {
        if (options.dir() == null) {
            return null;
        }
        List<String> pairs = Stream.concat(
                        role.tx().stream().filter(lane -> blocks(spec, lane)),
                        Stream.ofNullable(role.deadLetter()).filter(lane -> blocks(spec, lane)).map(lane -> lane + OF_ERRORS))
                .flatMap(output -> pairs(role.rx(), output).stream())
                .toList();
        if (pairs.isEmpty()) {
            RoleFile.remove(options.dir(), name);
            return null;
        }
        RoleFile file = RoleFile.open(options.dir(), name, pairs, options.existing());
        return new RoleNotes(spec, lanes, role, file, origin, memory);
    }

    private static boolean blocks(GraphSpec spec, String lane) {
        return spec.onFull(lane) == OnFull.BLOCK;
    }

    private static List<String> pairs(List<LaneRef> inputs, String output) {
        return inputs.stream().map(input -> input + " > " + output).toList();
    }

    /** For the writer of a lane; null if it drops. */
    Trail trail(String lane) {
        if (!blocks(spec, lane)) {
            return null;
        }
        Trail trail = trail(lane, lane);
        trails.add(trail);
        return trail;
    }

    /** For the writer of the dead letters; null if they drop. */
    Trail deadLetters(String lane) {
        if (!blocks(spec, lane)) {
            return null;
        }
        deadLetters = trail(lane, lane + OF_ERRORS);
        return deadLetters;
    }

    private Trail trail(String lane, String output) {
        Trail trail = new Trail(file, pairs(inputs, output), origin, memory);
        for (int input = 0; input < inputs.size(); input++) {
            if (trail.bind(input, lanes.get(inputs.get(input).lane()).birth(), lanes.get(lane).birth())) {
                voided.add(trail.pair(input));
            }
        }
        return trail;
    }

    /**
     * The pairs of an input and an output whose notes were thrown away, since one of the two was made anew, or has lost
     * what was noted: what may be lost or come twice is what the two lanes themselves do not tell.
     */
    List<String> voided() {
        return voided;
    }

    /**
     * Moves the readers to where the role goes on: behind every message whose outputs are all there.
     *
     * @param readers one for each input, that stand where their lanes have kept them; when every writer has its trail
     * @return how many results of the message there are out already
     */
    int goOn(List<LaneRx> readers) {
        long results = 0;
        for (int input = 0; input < readers.size(); input++) {
            LaneRx rx = readers.get(input);
            forgetStrange(rx, input);
            long to = deadLetters == null ? -1 : deadLetters.from(input);
            to = Math.max(to, broadcasts ? least(input) : most(input));
            if (rx.goOnAt(to) && rx.position() == to) {
                results = results(input, to);
            }
        }
        return (int) results;
    }

    /** A lane that has no such position has lost what was noted: a journal whose end was torn, or a damaged note. */
    private void forgetStrange(LaneRx rx, int input) {
        for (Trail trail : all()) {
            if (!rx.reaches(trail.from(input))) {
                trail.forget(input);
                voided.add(trail.pair(input));
            }
        }
    }

    private List<Trail> all() {
        return Stream.concat(trails.stream(), Stream.ofNullable(deadLetters)).toList();
    }

    /** A message is done with when one output has it: it goes to one. */
    private long most(int input) {
        return trails.stream().mapToLong(trail -> trail.from(input)).max().orElse(-1);
    }

    /** A message is done with when all outputs have it. Those that are ahead pass over it: see {@link Trail}. */
    private long least(int input) {
        return trails.stream().mapToLong(trail -> trail.from(input)).min().orElse(-1);
    }

    private long results(int input, long to) {
        return all().stream().filter(trail -> trail.from(input) == to).mapToLong(trail -> trail.results(input)).max().orElse(0);
    }

    /** For one whose start failed. */
    void discard() {
        file.discard();
    }
}
