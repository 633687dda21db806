package lanegraph.runtime;

import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;
import lanegraph.lane.Hop;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.OwnClass;

/**
 * Moves the messages of a role, one after the other. It belongs to the role's thread.
 *
 * <p>The order of one message: look at {@code rx}; make sure of room in {@code tx}; run the step, once; commit {@code
 * tx}; advance {@code rx}. Nothing waits: when {@code tx} is full under {@code block}, the message stays in {@code rx},
 * or, if the step has run already, its result is kept and only the publishing is tried again.
 *
 * <p>Each role has {@linkplain OwnClass its own class} of it, so that the calls in it are compiled for this role alone.
 * So there is no lambda here, which a hidden class cannot have on JDK 17, and others know it as a {@link RoleLoop}.
 */
final class Mover implements RoleLoop {
    /** What is still to be done for the message at the reader's position. */
    private enum Kept {
        /** Everything: the step has not run. */
        NOTHING,
        /** Commit what stands in {@code tx}. */
        RESULT,
        /** Publish the rest of the emission. */
        EMIT,
        /** Publish the message unchanged. */
        FORWARD,
        /** Do what on-error says about {@link #thrown}. */
        ERROR,
        /** Write the message to the dead letters. */
        DEAD_LETTER,
        /** Count the message as an error, which goes to the dead letters if there are any. */
        SKIPPED
    }

    private final String reads;
    private final LaneRx rx;
    private final LaneTx tx;
    private final Router router;
    private final LaneTx deadLetters;
    private final boolean drops;
    private final ErrorRule onError;
    private final Activity activity;
    private final Emission emission;
    /** Null if the lanes do not allow it. */
    private final Hop hop;
    private Step step = Step.FORWARD_ALL;
    private Hop.Function ofBytes = step.ofBytes();
    /** Null unless somebody times messages; looked at once a message, but in a hop, which ends before those that are marked. */
    private RoleTrace trace;
    private boolean releaseEach;

    private Kept kept = Kept.NOTHING;
    private Throwable thrown;
    private int keptLength;
    /**
     * How many results of the message were published before it was tried again: of a parked one, or of one that the role's
     * last life ended with.
     */
    private int publishedBefore;

    private String blockedOn;
    private boolean progress;
    // What was done since the last release: fields of the object that moves, since each message counts.
    private long processed;
    private long filtered;
    private long dropped;
    private long errors;
    private long bytes;

    Mover(RoleLanes lanes, ErrorRule onError, Activity activity) {
        this.reads = lanes.reads();
        this.rx = lanes.rx();
        this.tx = lanes.tx();
        this.router = lanes.router();
        this.deadLetters = lanes.deadLetters();
        this.drops = tx != null && tx.dropsWhenFull();
        this.onError = onError;
        this.activity = activity;
        this.emission = new Emission(tx, drops, lanes.origin());
        this.hop = Hop.between(rx, tx);
        this.publishedBefore = lanes.resumed();
    }

    @Override
    public void use(Step next, boolean freesEach) {
        step = next;
        ofBytes = next.ofBytes();
        releaseEach = freesEach;
    }

    @Override
    public Step step() {
        return step;
    }

    @Override
    public void trace(RoleTrace with) {
        VarHandle.releaseFence(); // what it was made of comes before it
        trace = with;
    }

    @Override
    public boolean inject(LaneTx to, Object value) {
        RoleTrace tracing = trace;
        return tracing == null ? to.offer(value) : tracing.aside(to, value);
    }

    @Override
    public Emission emission() {
        return emission;
    }

    @Override
    public void begin() {
        blockedOn = null;
        progress = false;
    }

    @Override
    public boolean hasMoved() {
        return progress;
    }

    @Override
    public String blockedOn() {
        return blockedOn;
    }

    @Override
    public void forgetBlocked() {
        blockedOn = null;
    }

    @Override
    public boolean isKept() {
        return kept != Kept.NOTHING;
    }

    @Override
    public boolean keepsResult() {
        return kept == Kept.RESULT || kept == Kept.EMIT;
    }

    @Override
    public void skip() {
        kept = Kept.SKIPPED;
    }

    @Override
    public long next() {
        return reads == null ? 0 : kept == Kept.NOTHING ? rx.position() : rx.next();
    }

    @Override
    public void pass() {
        bytes += rx.length();
        rx.advance();
        progress = true;
        if (releaseEach) {
            release();
        }
    }

    @Override
    public void release() {
        if (progress) {
            activity.pass(processed, filtered, dropped, errors, bytes);
            processed = 0;
            filtered = 0;
            dropped = 0;
            errors = 0;
            bytes = 0;
        }
        rx.release();
    }

    @Override
    public int moveUpTo(int limit, Mailbox mailbox, BooleanSupplier attend) {
        int done = 0;
        while (done < limit && (!mailbox.needsAttention() || attend.getAsBoolean())) {
            int hopped = hop(limit - done, mailbox);
            done += hopped;
            if (hopped == 0 || kept != Kept.NOTHING) {
                if (!move()) {
                    break;
                }
                pass();
                done++;
            }
        }
        return done;
    }

    /** Moves and passes over messages as long as nothing about them is unusual: most of them go this way. */
    private int hop(int limit, Mailbox mailbox) {
        if (hop == null || ofBytes == null || kept != Kept.NOTHING || publishedBefore > 0) {
            return 0;
        }
        try {
            if (!hop.begin()) {
                return 0;
            }
            activity.active(true);
            hop.run(ofBytes, limit, mailbox);
        } catch (Throwable error) {
            kept = Kept.ERROR;
            thrown = error;
        }
        int moved = hop.moved();
        if (moved > 0) {
            processed += hop.published();
            filtered += moved - hop.published();
            bytes += hop.bytes();
            progress = true;
        }
        return moved;
    }

    @Override
    public boolean move() {
        if (kept != Kept.NOTHING) {
            return goOn();
        }
        try {
            return rx.peek() && (hasRoom() ? run() : blocked(tx.lane()));
        } catch (Throwable error) {
            return failed(error);
        }
    }

    private boolean goOn() {
        if (kept == Kept.DEAD_LETTER) {
            return deadLetter();
        }
        if (kept == Kept.SKIPPED) {
            return skipped();
        }
        if (kept == Kept.ERROR) {
            Throwable error = thrown;
            thrown = null;
            return failed(error);
        }
        try {
            return switch (kept) {
                case RESULT -> result();
                case EMIT -> emit();
                default -> forward();
            };
        } catch (Throwable error) {
            return failed(error);
        }
    }

    private boolean hasRoom() {
        return drops || tx == null || tx.room();
    }

    private boolean run() throws Exception {
        activity.active(true);
        RoleTrace tracing = trace;
        if (tracing != null) {
            tracing.begin(rx);
        }
        int outcome = step.apply(rx, tx);
        if (publishedBefore > 0 && outcome != Step.EMIT) {
            return published(); // its only result is the first, and that was sent
        }
        switch (outcome) {
            case Step.DROP:
                filtered++;
                return true;
            case Step.FORWARD:
                return forward();
            case Step.EMIT:
                emission.begin(publishedBefore);
                return emit();
            default:
                keptLength = outcome;
                return result();
        }
    }

    private boolean result() {
        return tx.commit(keptLength) ? published() : full(Kept.RESULT);
    }

    private boolean forward() throws Exception {
        if (router != null) {
            return route();
        }
        return tx == null || tx.forward(rx) ? published() : full(Kept.FORWARD);
    }

    private boolean route() throws Exception {
        switch (router.send(rx)) {
            case PUBLISHED:
                return published();
            case DROPPED:
                dropped++;
                return done();
            case FILTERED:
                filtered++;
                return done();
            default:
                progress |= router.moved;
                kept = Kept.FORWARD;
                return blocked(router.blockedOn());
        }
    }

    private boolean emit() {
        if (emission.isEmpty()) {
            filtered++;
            return done();
        }
        kept = Kept.EMIT;
        while (emission.hasNext()) {
            Outcome outcome = emission.next();
            if (outcome == Outcome.FULL) {
                return blocked(tx.lane());
            }
            if (outcome == Outcome.DROPPED) {
                dropped++;
            }
            progress = true;
        }
        return emission.end() ? published() : done();
    }

    private boolean published() {
        processed++;
        return done();
    }

    private boolean done() {
        if (kept != Kept.NOTHING) { // mostly it is: a collector may pass a fence with each store of a reference
            kept = Kept.NOTHING;
        }
        publishedBefore = 0;
        return true;
    }

    private boolean full(Kept what) {
        if (drops) {
            tx.countDrop();
            dropped++;
            return done();
        }
        kept = what;
        return blocked(tx.lane());
    }

    /** By this lane, which is full. */
    private boolean blocked(String lane) {
        blockedOn = lane;
        return false;
    }

    /** The step, or the publishing of its result, threw: of the message nothing is left to publish but what on-error says. */
    private boolean failed(Throwable error) {
        Kept before = kept;
        kept = Kept.NOTHING; // if the role ends, what failed is not tried again when it closes
        if (onError.parks(error)) {
            if (before == Kept.EMIT) {
                publishedBefore = emission.place();
            }
            onError.park(error, reads, rx);
            return false;
        }
        if (onError.ends(error)) {
            throw onError.end(error, rx.position());
        }
        onError.record(error);
        return skipped();
    }

    private boolean skipped() {
        errors++;
        return deadLetters == null ? done() : deadLetter();
    }

    private boolean deadLetter() {
        kept = Kept.NOTHING; // if it throws, the role ends, and what failed is not tried again when it closes
        if (deadLetters.forward(rx)) {
            return done();
        }
        if (deadLetters.dropsWhenFull()) {
            deadLetters.countDrop();
            return done();
        }
        kept = Kept.DEAD_LETTER;
        return blocked(deadLetters.lane());
    }
}
