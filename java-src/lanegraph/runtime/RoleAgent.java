package lanegraph.runtime;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.OnError;
import lanegraph.graph.Topology;
import lanegraph.lane.LaneRx;
import org.agrona.LangUtil;
import org.agrona.concurrent.Agent;

/**
 * A role: the loop of stages, bridges, routers, merges and consumers. It belongs to one thread.
 *
 * <p>A pass moves up to a drain of messages, one after the other, as {@link Mover} does it. Nothing waits. Stop and
 * commands are seen between any two messages.
 */
final class RoleAgent implements Agent {
    private final String name;
    private final String kind;
    private final RoleLanes lanes;
    private final LaneRx rx;
    private final RoleStage stage;
    private final StageUse stageUse;
    private final Activity activity;
    private final Mailbox mailbox;
    private final Halt halt = new Halt();
    private final RoleLoop loop;
    private final RoleCommands commands;
    private final BooleanSupplier attend = this::attend;

    /** Messages that commands have moved in this pass. */
    private long commanded;
    /** What a command ended the role with. */
    private Throwable ended;

    /**
     * @param stage its stage; of a router what chooses its outputs; null if there is none
     * @param parks true if a message whose stage throws waits to be retried or skipped, whatever on-error says
     * @param stopping true once the role shall end
     */
    RoleAgent(
            String name,
            String kind,
            RoleStage stage,
            RoleLanes lanes,
            OnError onError,
            Activity activity,
            ErrorLog errorLog,
            boolean parks,
            AtomicBoolean stopping) {
        this.name = name;
        this.kind = kind;
        this.stage = stage;
        this.lanes = lanes;
        this.rx = lanes.rx();
        this.activity = activity;
        this.mailbox = new Mailbox(stopping);
        ErrorRule rule = new ErrorRule(name, onError, parks && stage != null, errorLog, mailbox, halt);
        this.loop = RoleClasses.loop(lanes, rule, activity);
        this.stageUse = stage == null ? null : new StageUse(name, stage, lanes.router(), loop, parks, errorLog);
        if (stageUse != null) {
            rule.undoBy(stageUse::undo);
        }
        this.commands = new RoleCommands(this, lanes, loop, stageUse);
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

    /** Null if there is none. */
    RoleStage stage() {
        return stage;
    }

    RoleLanes lanes() {
        return lanes;
    }

    /** Times its messages from now on; null ends that. Any thread. */
    void trace(RoleTrace trace) {
        loop.trace(trace);
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
        loop.begin();
        commanded = 0;
        int done = 0;
        try {
            done = loop.moveUpTo(rx.drainLimit(), mailbox, attend);
        } finally {
            loop.release();
            activity.settle(done + commanded > 0, loop.blockedOn());
        }
        if (done == 0 && stageUse != null) {
            stageUse.followIdle();
        }
        return done == 0 && loop.hasMoved() ? 1 : done;
    }

    /**
     * Does what it was asked to do between two messages.
     *
     * @return true if it may move the next message
     */
    private boolean attend() {
        Command<?> command;
        while ((command = mailbox.next(halt.isHalted())) != null) {
            command.run(commands);
            if (ended != null) {
                LangUtil.rethrowUnchecked(ended);
            }
        }
        return !mailbox.isStopping() && !halt.isHalted();
    }

    /**
     * For a command: moves up to this many messages that are there now, until it is to stop, or parks.
     *
     * @return how many
     */
    long moveNow(long count) {
        long moved = 0;
        int limit = rx.drainLimit();
        loop.forgetBlocked();
        try {
            while (moved < count && !mailbox.isStopping() && halt.parked() == null && loop.move()) {
                loop.pass();
                moved++;
                if (moved % limit == 0) {
                    loop.release();
                }
            }
        } catch (Throwable error) {
            ended = error; // it is the end of the role too, once who asked was told
            throw error;
        } finally {
            loop.release();
            commanded += moved;
        }
        return moved;
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
        lanes.closeWriters();
    }

    /**
     * At an orderly end a kept result is published if there is room; else the message stays in its lane. Then
     * the stage is closed.
     */
    @Override
    public void onClose() {
        try {
            if (loop.isKept() && loop.move()) {
                loop.pass();
                loop.release();
            }
        } finally {
            activity.end();
            closeMailbox();
            if (stageUse != null) {
                stageUse.close();
            }
        }
    }
}
