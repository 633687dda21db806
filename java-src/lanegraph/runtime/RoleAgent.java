package lanegraph.runtime;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.OnError;
import lanegraph.graph.Topology;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import org.agrona.LangUtil;
import org.agrona.concurrent.Agent;

/**
 * A role: the loop of stages, bridges, routers, merges and consumers. It belongs to one thread.
 *
 * <p>The order of one message: look at {@code rx}; make sure of room in {@code tx}; run the step, once;
 * commit {@code tx}; advance {@code rx}. Nothing waits: when {@code tx} is full under {@code block}, the
 * message stays in {@code rx}, or, if the step has run already, its result is kept and only the publishing is
 * tried again. Stop and commands are seen between any two messages.
 */
final class RoleAgent implements Agent {
    /** What is still to be done for the message at the reader's position. */
    private enum Kept {
        /** Everything: the step has not run. */
        NOTHING,
        /** Commit what stands in {@code tx}. */
        RESULT,
        /** Publish the rest of {@code emit}. */
        EMIT,
        /** Publish the message unchanged. */
        FORWARD,
        /** Write the message to the dead letters. */
        DEAD_LETTER,
        /** Count the message as an error, which goes to the dead letters if there are any. */
        SKIPPED
    }

    private final String name;
    private final String kind;
    private final LaneRx rx;
    private final LaneTx tx;
    private final Router router;
    private final LaneTx deadLetters;
    private final OnError onError;
    private boolean releaseEach;
    private final boolean drops;
    private final Activity activity = new Activity();
    private final String reads;
    private final Mailbox mailbox;
    private final Halt halt = new Halt();
    private final ErrorLog errorLog;
    private final boolean parks;
    private final RoleStage stage;
    private Step step;

    private Kept kept = Kept.NOTHING;
    private int keptLength;
    private List<Object> emit = List.of();
    private int emitted;
    private int sent;
    private boolean encoded;
    /** How many results of a parked message were published before one of them failed: a retry goes on behind them. */
    private int publishedOfParked;

    private boolean active;
    private boolean blocked;
    private String blockedOn;
    private boolean progress;
    /** Messages that commands have moved in this pass. */
    private long commanded;
    private Throwable ended;
    private long blockedSince;
    private long processed;
    private long filtered;
    private long dropped;
    private long errors;
    private long bytes;

    /**
     * @param stage its stage; of a router what chooses its outputs; null if there is none
     * @param tx where results go; null for a router, and for a consumer, whose messages end here
     * @param router where the messages of a router go; else null
     * @param deadLetters the lane of {@code onError}, or null
     * @param reads the lane behind {@code rx}; null if it is several
     * @param parks true if a message whose stage throws waits to be retried or skipped, whatever on-error says
     * @param stopping true once the role shall end
     */
    RoleAgent(
            String name,
            String kind,
            RoleStage stage,
            String reads,
            LaneRx rx,
            LaneTx tx,
            Router router,
            LaneTx deadLetters,
            OnError onError,
            ErrorLog errorLog,
            boolean parks,
            AtomicBoolean stopping) {
        this.name = name;
        this.kind = kind;
        this.stage = stage;
        this.rx = rx;
        this.tx = tx;
        this.router = router;
        this.deadLetters = deadLetters;
        this.onError = onError;
        this.errorLog = errorLog;
        this.parks = parks && stage != null;
        this.reads = reads;
        this.mailbox = new Mailbox(stopping);
        this.drops = tx != null && tx.dropsWhenFull();
        this.step = (in, out) -> Step.FORWARD;
        if (stage != null) {
            stage.beginsAt(next());
            use();
        }
    }

    @Override
    public String roleName() {
        return name;
    }

    /** Its name in cells and lock files. */
    String owner() {
        return kind.equals("consumer") ? name : Topology.roleOwner(name);
    }

    /** {@code stage}, {@code bridge}, {@code router}, {@code merge} or {@code consumer}. */
    String kind() {
        return kind;
    }

    Activity activity() {
        return activity;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    Halt halt() {
        return halt;
    }

    /**
     * Moves up to a drain of messages.
     *
     * @return how many; at least 1 if part of a message was published
     */
    @Override
    public int doWork() {
        blocked = false;
        blockedOn = null;
        progress = false;
        commanded = 0;
        int done = 0;
        int limit = rx.drainLimit();
        try {
            while (done < limit && (!mailbox.needsAttention() || attend()) && move()) {
                pass();
                done++;
            }
        } finally {
            release();
            settle(done + commanded);
        }
        if (done == 0 && stage != null && stage.mayFollow()) {
            tryFollow(); // it has the time, and status tells the new version before its first message
        }
        return done == 0 && progress ? 1 : done;
    }

    /** From now on messages go through what the stage is now. */
    private void use() {
        // A function of values may be slow: free its room after each message. Others take nanoseconds: after
        // each drain.
        releaseEach = Steps.isValueStage(stage.object());
        if (router instanceof PickRouter pick) {
            PickRouter.Pick by = Routers.by(name, pick.names(), stage.object());
            pick.pickBy(stage.follows() ? in -> follow() ? pick.pick(in) : by.pick(in) : by);
        } else {
            Step plain = Steps.of(stage.object(), several -> emit = several.values());
            step = stage.follows() ? (in, out) -> follow() ? step.apply(in, out) : plain.apply(in, out) : plain;
        }
    }

    /** True if what the stage is made from has changed: it is another one now. */
    private boolean follow() throws Exception {
        if (!stage.hasChanged()) {
            return false;
        }
        replace(stage.planFollow());
        return true;
    }

    private StageVersion replace(RoleStage.Plan plan) {
        StageVersion version = stage.replace(plan, next(), errorLog);
        use();
        return version;
    }

    private void tryFollow() {
        try {
            follow();
        } catch (Throwable error) {
            if (isFatal(error)) {
                LangUtil.rethrowUnchecked(error);
            }
            // Else the next message meets it, and on-error tells what then happens.
        }
    }

    /** A command: this stage is used from the next message on that was not taken up yet. */
    Command.Work<StageVersion> swap(RoleStage.Made next, UnaryOperator<Object> migrate) {
        RoleStage.Plan plan = stage.planSwap(next, migrate);
        return role -> replace(plan);
    }

    /** A command: uses the function again that was used before the present one. */
    StageVersion rollback(UnaryOperator<Object> migrate) throws Exception {
        return replace(stage.planRollback(migrate));
    }

    /** Null if there is none. */
    RoleStage stage() {
        return stage;
    }

    /**
     * Does what it was asked to do between two messages.
     *
     * @return true if it may move the next message
     */
    private boolean attend() {
        Command<?> command;
        while ((command = mailbox.next(halt.isHalted())) != null) {
            command.run(this);
            if (ended != null) {
                LangUtil.rethrowUnchecked(ended);
            }
        }
        return !mailbox.isStopping() && !halt.isHalted();
    }

    private void pass() {
        bytes += rx.length();
        rx.advance();
        progress = true;
        if (releaseEach) {
            release();
        }
    }

    /**
     * Frees what was passed over, after its outputs were committed. The counters come first, the epoch among
     * them: who sees the lane empty and the epoch unmoved knows that no message went on meanwhile.
     */
    private void release() {
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

    /**
     * Does for the next message what can be done now; true if it is done with, so that the reader may pass
     * over it.
     */
    private boolean move() {
        if (kept == Kept.DEAD_LETTER) {
            return deadLetter();
        }
        if (kept == Kept.SKIPPED) {
            errors++;
            return deadLetters == null ? done() : deadLetter();
        }
        try {
            return switch (kept) {
                case RESULT -> result();
                case EMIT -> emit();
                case FORWARD -> forward();
                default -> rx.peek() && (hasRoom() ? run() : blocked(tx.lane()));
            };
        } catch (Throwable error) {
            return failed(error);
        }
    }

    private boolean hasRoom() {
        return drops || tx == null || tx.room();
    }

    private boolean run() throws Exception {
        if (!active) {
            active = true;
            activity.active(true);
        }
        int outcome = step.apply(rx, tx);
        if (publishedOfParked > 0 && outcome != Step.EMIT) {
            return published(); // its only result is the first, and that was sent
        }
        switch (outcome) {
            case Step.DROP:
                filtered++;
                return true;
            case Step.FORWARD:
                return forward();
            case Step.EMIT:
                emitted = publishedOfParked;
                sent = publishedOfParked;
                encoded = false;
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
        if (emit.isEmpty()) {
            filtered++;
            return done();
        }
        while (emitted < emit.size()) {
            kept = Kept.EMIT;
            if (!encoded) {
                if (!hasRoom()) {
                    return blocked(tx.lane());
                }
                keptLength = tx.encode(emit.get(emitted));
                encoded = true;
            }
            if (tx.commit(keptLength)) {
                sent++;
            } else if (drops) {
                tx.countDrop();
                dropped++;
            } else {
                return blocked(tx.lane());
            }
            encoded = false;
            emitted++;
            progress = true;
        }
        emit = List.of();
        return sent > 0 ? published() : done();
    }

    private boolean published() {
        processed++;
        return done();
    }

    private boolean done() {
        kept = Kept.NOTHING;
        publishedOfParked = 0;
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
        blocked = true;
        blockedOn = lane;
        return false;
    }

    /**
     * The step, or the publishing of its result, threw: nothing of the message is left to publish but what
     * on-error says.
     */
    private boolean failed(Throwable error) {
        // A stop interrupts a function that waits: its message is not at fault, and stays.
        boolean interrupted = mailbox.isStopping() && Deadline.isInterrupt(error);
        if (parks && !interrupted && !isFatal(error)) {
            return park(error);
        }
        if (onError instanceof OnError.Stop || isFatal(error) || interrupted) {
            kept = Kept.NOTHING; // what failed is not tried again when the role closes
            throw new LaneGraphException(Category.FAULT, "role/failed",
                    "role " + name + ": stage error at position " + rx.position() + ": " + error,
                    Map.of("role", name, "position", rx.position()), error);
        }
        errors++;
        errorLog.record(error);
        if (deadLetters == null) {
            return done();
        }
        return deadLetter();
    }

    /** Leaves the message where it is, and moves nothing until somebody says what to do with it. */
    private boolean park(Throwable error) {
        if (kept == Kept.EMIT) {
            publishedOfParked = emitted;
        }
        kept = Kept.NOTHING;
        errorLog.record(error);
        halt.parked(new Parked(name, reads, rx.position(), message(), error, System.currentTimeMillis()));
        mailbox.alert(); // it is looked at before the next message
        return false;
    }

    private Object message() {
        try {
            return rx.value();
        } catch (RuntimeException ex) { // its codec cannot read it: then that is what the error says
            return null;
        }
    }

    /**
     * True if going on would hide a broken JVM, use a handle whose graph was closed, or blame a message for a lane whose files
     * are damaged or have no space.
     */
    static boolean isFatal(Throwable error) {
        return error instanceof OutOfMemoryError
                || error instanceof LinkageError
                || error instanceof LaneGraphException ex && isOfLane(ex.code());
    }

    private static boolean isOfLane(String code) {
        return code.equals("lane/closed") || code.startsWith("journal/") || code.startsWith("region/");
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

    /** Notes whether the role is active, on which lane it is blocked, and how long it was. */
    private void settle(long done) {
        if (blocked && done == 0 && blockedSince == 0) {
            blockedSince = System.nanoTime();
            activity.blockedSince(blockedSince);
        } else if (done > 0 || !blocked) { // it moves, or was paused
            unblocked();
        }
        activity.blockedOn(blockedOn);
        boolean now = done > 0 || blocked;
        if (now != active) {
            active = now;
            activity.active(now);
        }
    }

    private void unblocked() {
        if (blockedSince != 0) {
            activity.unblocked(System.nanoTime() - blockedSince);
            blockedSince = 0;
        }
    }

    /** A command: moves nothing by itself until it is resumed. A result that is kept stays kept. */
    RoleTurn pause() {
        halt.paused(true);
        return turn(0, 0);
    }

    /** A command: moves messages again. */
    RoleTurn resume() {
        checkNotParked("resume");
        halt.paused(false);
        return turn(0, 0);
    }

    /**
     * A command, of a paused role: moves up to this many messages that are there now.
     *
     * @throws LaneGraphException {@code role/not-paused}; {@code role/parked}; {@code role/failed}, which ends the
     *     role as well
     */
    RoleTurn step(long count) {
        checkNotParked("step");
        if (!halt.isPaused()) {
            throw refused("role/not-paused", "it is not paused; pause it first, then step it");
        }
        return moves(count);
    }

    /**
     * A command, of a parked role: does its message again, with what its stage is now, and goes on if that ends well.
     *
     * @throws LaneGraphException {@code role/not-parked}
     */
    RoleTurn retry() {
        checkParked("retry");
        halt.parked(null);
        return moves(1);
    }

    /**
     * A command, of a parked role: passes over its message, which counts as an error and goes to the dead letters if there
     * are any.
     *
     * @throws LaneGraphException {@code role/not-parked}
     */
    RoleTurn skip() {
        checkParked("skip");
        halt.parked(null);
        kept = Kept.SKIPPED;
        return moves(1);
    }

    private RoleTurn moves(long count) {
        release(); // and so the counters tell what is done from here on
        long processedBefore = activity.processed();
        long filteredBefore = activity.filtered();
        long droppedBefore = activity.dropped();
        long errorsBefore = activity.errors();
        long moved = 0;
        int limit = rx.drainLimit();
        blockedOn = null;
        try {
            while (moved < count && !mailbox.isStopping() && halt.parked() == null && move()) {
                pass();
                moved++;
                if (moved % limit == 0) {
                    release();
                }
            }
        } catch (Throwable error) {
            ended = error; // it is the end of the role too, once who asked was told
            throw error;
        } finally {
            release();
            commanded += moved;
        }
        return new RoleTurn(name, halt.state(), reads, next(), moved, activity.processed() - processedBefore,
                activity.filtered() - filteredBefore, activity.dropped() - droppedBefore,
                activity.errors() - errorsBefore, blockedOn, halt.parked());
    }

    private RoleTurn turn(long moved, long errors) {
        return new RoleTurn(name, halt.state(), reads, next(), moved, 0, 0, 0, errors, blockedOn, halt.parked());
    }

    /** The position of the first message that was not taken up yet. */
    private long next() {
        return reads == null ? 0 : kept == Kept.NOTHING ? rx.position() : rx.next();
    }

    /**
     * A command: writes a value into a lane that this role writes, behind all that it has published or still keeps.
     *
     * @return false if there is no room for it
     */
    boolean inject(String lane, Object value) {
        LaneTx to = writer(lane);
        if (to == tx && (kept == Kept.RESULT || kept == Kept.EMIT)) {
            return false; // what waits for room comes first
        }
        boolean accepted = to.offer(value);
        activity.pass(0, 0, 0, 0, 0); // moves the epoch: something is in the graph that was not
        return accepted;
    }

    private LaneTx writer(String lane) {
        if (tx != null && tx.lane().equals(lane)) {
            return tx;
        }
        LaneTx output = router == null ? null : router.output(lane);
        return output == null ? deadLetters : output;
    }

    private void checkNotParked(String what) {
        if (halt.parked() != null) {
            throw refused("role/parked", "it waits with the message at position " + halt.parked().position()
                    + ", which its stage could not do; retry or skip that, instead of " + what);
        }
    }

    private void checkParked(String what) {
        if (halt.parked() == null) {
            throw refused("role/not-parked", "there is nothing to " + what
                    + "; it waits with no message whose stage threw, which it does only if spawned with dev = true");
        }
    }

    private LaneGraphException refused(String code, String why) {
        return new LaneGraphException(Category.CONFLICT, code, "role " + name + ": " + why, Map.of("role", name));
    }

    /** Whoever waits for a command, or will ask for one, is told that this role has ended. Any thread. */
    void closeMailbox() {
        mailbox.close(() -> new LaneGraphException(Category.UNAVAILABLE, "graph/stopped",
                "role " + name + " has ended; spawn the graph again to go on", Map.of("role", name)));
    }

    /**
     * After this the role can publish nothing more, whatever its function still does. It can still release
     * what it has passed: the outputs of these messages are there already, and without the release the role's
     * next life would send them twice. It looks at no other message, since it is stopping; and nobody else
     * can have its cursor before its thread has ended.
     */
    void closeHandles() {
        closeMailbox();
        if (tx != null) {
            tx.close();
        }
        if (router != null) {
            router.close();
        }
        if (deadLetters != null) {
            deadLetters.close();
        }
    }

    /**
     * At an orderly end a kept result is published if there is room; else the message stays in its lane. Then
     * the stage is closed.
     */
    @Override
    public void onClose() {
        try {
            if (kept != Kept.NOTHING && move()) {
                pass();
                release();
                settle(1);
            }
        } finally {
            active = false;
            activity.active(false);
            activity.blockedOn(null);
            unblocked();
            closeMailbox();
            closeStage();
        }
    }

    private void closeStage() {
        if (stage != null && stage.object() instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Throwable ex) { // an error too: other roles are yet to be closed
                throw new LaneGraphException(Category.FAULT, "role/close-failed",
                        "role " + name + ": closing its stage failed: " + ex, Map.of("role", name), ex);
            }
        }
    }
}
