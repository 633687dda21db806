package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.lane.Codec;
import lanegraph.lane.Lane;
import lanegraph.lane.Sample;
import lanegraph.stage.Emit;
import lanegraph.stage.StateCarrier;

/**
 * A candidate for a role's stage beside the present one, both made anew for this, on messages that the role's lane still
 * holds or on any others: what each of them would have sent, and how long it took. Nothing is sent and no cursor moves; the
 * stages are called on the caller's thread, so what else they do is done. Belongs to one thread at a time.
 */
public final class Rehearsal implements AutoCloseable {
    /**
     * What a stage made of a message.
     *
     * @param result as a reader of its lane gets it: the message; an {@link Emit} of several; null for none; of a router
     *     the name of the output
     * @param error what it threw, or what its lane would have refused its result with; else null
     * @param nanos how long the stage took, with the reading and writing of values where its lanes carry bytes
     */
    public record Outcome(Object result, Throwable error, long nanos) {}

    /**
     * What both made of a message.
     *
     * @param input the message; null if its codec cannot read it
     * @param now of the present stage
     * @param then of the candidate
     */
    public record Trial(Object input, Outcome now, Outcome then) {}

    /**
     * Messages of the role's lane.
     *
     * @param missed those that were overwritten before they were looked at
     */
    public record Found(List<Sample> samples, long missed) {}

    private static final long PAUSE_NS = 100_000;

    private final String role;
    private final String candidate;
    private final int version;
    private final String state;
    private final Lane from;
    private final BooleanSupplier ended;
    private final Actor now;
    private final Actor then;
    /** Of both, what was made for this and holds no state of the role. */
    private final Object madeNow;
    private final Object madeThen;
    private final SpawnOptions options;
    private boolean candidateFirst;

    private Rehearsal(Assembly assembly, RoleAgent agent, String name, int version, boolean carries, BooleanSupplier ended,
            Object now, Object then, Object given) {
        RoleStage stage = agent.stage();
        this.role = agent.roleName();
        this.candidate = name;
        this.version = version;
        this.state = RoleStage.stateOf(then, carries);
        this.options = assembly.options;
        this.from = assembly.lane(stage.lane());
        this.ended = ended;
        this.now = new Actor(role, from, assembly, now);
        this.then = new Actor(role, from, assembly, then);
        this.madeNow = carries || now == stage.object() ? null : now;
        this.madeThen = carries || then == given ? null : then;
    }

    /**
     * @param name of the candidate, for messages
     * @param next as in {@link RoleControl#swap(String, Object, UnaryOperator, long)}
     * @param migrate from the role's state to that which the candidate begins with, while the present stage begins with the
     *     role's state itself; null to let both begin with a fresh one
     */
    static Rehearsal of(Assembly assembly, RoleControl control, RoleAgent agent, BooleanSupplier ended, String name,
            Object next, UnaryOperator<Object> migrate, long deadlineMillis) {
        boolean carries = migrate != null;
        RoleStage stage = control.swappable();
        RoleStage.Made then = stage.candidate(name, next, carries);
        RoleStage.Made now = null;
        try {
            stage.check(then.object());
            stage.checkApart(then.object());
            now = stage.again(carries);
            stage.checkApart(now.object());
            if (carries) {
                Object state = control.state(then, deadlineMillis);
                ((StateCarrier) now.object()).restore(state);
                ((StateCarrier) then.object()).restore(migrate.apply(state));
            }
            return new Rehearsal(assembly, agent, name, stage.version(), carries, ended, now.object(), then.object(), next);
        } catch (Throwable error) {
            List<Throwable> more = new ArrayList<>();
            for (RoleStage.Made made : now == null ? List.of(then) : List.of(then, now)) {
                if (!carries && made.object() != next && made.object() != stage.object()) {
                    Stages.closeAll(List.of(made.object()), more);
                }
            }
            more.forEach(error::addSuppressed);
            throw error;
        }
    }

    /** The name of the role. */
    public String role() {
        return role;
    }

    /** The name of the candidate. */
    public String candidate() {
        return candidate;
    }

    /** The version of the role's stage that the candidate is compared with. */
    public int version() {
        return version;
    }

    /** The lane that the role reads. */
    public String lane() {
        return from.name();
    }

    /** As in {@link StageVersion#state()}: how the candidate began. */
    public String state() {
        return state;
    }

    /** The codec that the graph has under this name; null if it has none. */
    public Codec codec(String name) {
        return options.codecs().get(name);
    }

    /** What was found of the role's lane so far. */
    private final class Looking {
        private final List<Sample> samples = new ArrayList<>();
        private long missed;

        /** False if one of many producers has claimed this message, and writes it yet. */
        boolean at(long sequence) {
            Sample sample = from.sample(sequence);
            if (sample == null) {
                if (from.consumed() <= sequence) {
                    return false;
                }
                sample = from.sample(sequence); // it may have been written, and read, since the first look
            }
            if (sample == null) {
                missed++;
            } else {
                samples.add(sample);
            }
            return true;
        }

        Found found() {
            return new Found(samples, missed);
        }
    }

    /** Up to so many messages that were written last to the role's lane, as far as they are still there, oldest first. */
    public Found last(int max) {
        Looking looking = new Looking();
        long end = from.produced();
        for (long sequence = Math.max(from.oldest(), end - max); sequence < end; sequence++) {
            looking.at(sequence);
        }
        return looking.found();
    }

    /**
     * Waits for the next messages of the role's lane, until there are so many, the time is over, or the graph has ended.
     *
     * @throws LaneGraphException {@code call/interrupted}
     */
    public Found next(int max, long timeoutMillis) {
        Deadline deadline = Deadline.in(timeoutMillis);
        Looking looking = new Looking();
        long sequence = from.produced();
        while (looking.samples.size() < max) {
            boolean last = deadline.passed() || ended.getAsBoolean(); // before the look: it still takes what is there
            long end = from.produced();
            while (sequence < end && looking.samples.size() < max && looking.at(sequence)) {
                sequence++;
            }
            if (last) {
                break;
            }
            Deadline.checkInterrupt("rehearsal of role " + role);
            LockSupport.parkNanos(PAUSE_NS);
        }
        return looking.found();
    }

    /**
     * Shows a message to both, each once; who is first takes turns, since the second finds the message in the caches.
     *
     * @throws LaneGraphException {@code call/interrupted}
     */
    public Trial trial(Sample sample) {
        Deadline.checkInterrupt("rehearsal of role " + role);
        candidateFirst = !candidateFirst;
        Outcome first = candidateFirst ? then.play(sample) : now.play(sample);
        Outcome second = candidateFirst ? now.play(sample) : then.play(sample);
        Object input = now.input(sample);
        return candidateFirst ? new Trial(input, second, first) : new Trial(input, first, second);
    }

    /**
     * Closes the stages that were made for this, unless they hold the role's state. Idempotent as they are.
     *
     * @throws LaneGraphException {@code role/close-failed}
     */
    @Override
    public void close() {
        List<Throwable> errors = new ArrayList<>();
        for (Object stage : new Object[] {madeNow, madeThen}) {
            Stages.closeAll(stage == null ? List.of() : List.of(stage), errors);
        }
        if (!errors.isEmpty()) {
            throw new LaneGraphException(Category.FAULT, "role/close-failed",
                    "role " + role + ": closing a stage that was rehearsed failed: " + errors.get(0), Map.of("role", role),
                    errors.get(0));
        }
    }
}
