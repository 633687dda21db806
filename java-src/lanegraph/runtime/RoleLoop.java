package lanegraph.runtime;

import java.util.function.BooleanSupplier;
import lanegraph.lane.LaneTx;
import lanegraph.lane.OwnClass;

/**
 * What there is to ask of the {@link Mover} of a role: of its own one, for its class is defined {@linkplain OwnClass anew for
 * each role}. It belongs to the role's thread, but for {@link #trace}.
 */
interface RoleLoop {
    /** A pass begins. */
    void begin();

    /**
     * Moves messages and passes over them, one after the other, until there is none, or one can not be moved now.
     *
     * @param limit how many at most
     * @param mailbox is looked at before each
     * @param attend asked when the mailbox says so; false ends it
     * @return how many
     */
    int moveUpTo(int limit, Mailbox mailbox, BooleanSupplier attend);

    /**
     * Does for the next message what can be done now; true if it is done with, so that the reader may pass over it.
     */
    boolean move();

    /** Passes over the message that is done with. */
    void pass();

    /**
     * Frees what was passed over, after its outputs were committed. The counters come first, the epoch among them: who sees
     * the lane empty and the epoch unmoved knows that no message went on meanwhile.
     */
    void release();

    /**
     * From the next message on that was not taken up yet, messages go through this step.
     *
     * @param freesEach true if the room of each message is freed when it was moved, and not only after a drain
     */
    void use(Step next, boolean freesEach);

    Step step();

    /** Null ends it. Any thread: the role's own sees it soon. */
    void trace(RoleTrace with);

    /** Writes what is no result of a message. */
    boolean inject(LaneTx to, Object value);

    /** Where a step puts the values before it answers {@link Step#EMIT}. */
    Emission emission();

    /** True if something was published, or passed over, since the pass began. */
    boolean hasMoved();

    /** The full lane that the last move ended before, or null. */
    String blockedOn();

    void forgetBlocked();

    /** True if the message at the reader's position was taken up, and is not done with. */
    boolean isKept();

    /** True if results stand before whatever else is written to {@code tx}. */
    boolean keepsResult();

    /** The next move counts the message as an error, and its step is not run. */
    void skip();

    /** The position of the first message that was not taken up yet; 0 if several lanes are read. */
    long next();
}
