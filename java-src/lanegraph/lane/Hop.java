package lanegraph.lane;

import java.lang.invoke.MethodHandles;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Brings messages from one lane through a function into another: for each message the same stores in the same order as by the
 * calls of the two handles, but many messages in one loop, which looks once at what is the same for all of them. It serves
 * lanes whose messages are bytes in slots, of which this handle alone writes the second. It belongs to the thread that has
 * the two handles.
 */
public abstract class Hop {
    /** Publish nothing. */
    public static final int DROP = -1;
    /** Publish the message unchanged. */
    public static final int FORWARD = -2;
    /** Leave the message where it is, and end the loop before it. */
    public static final int LEAVE = -3;

    /** What is done with the bytes of one message. */
    @FunctionalInterface
    public interface Function {
        /**
         * @param in the message; only for reading, and only until the function returns
         * @param out where a result may be written, as {@link LaneTx#claim()} lends it
         * @return the length of the result, or {@link #DROP}, {@link #FORWARD}, {@link #LEAVE}
         */
        int apply(DirectBuffer in, MutableDirectBuffer out) throws Exception;
    }

    Hop() {}

    /** Between these two, in a loop that is {@linkplain OwnClass compiled for them alone}; null if their lanes do not allow it. */
    public static Hop between(LaneRx rx, LaneTx tx) {
        if (!(rx instanceof RingRx from) || from.byReference() || !(tx instanceof SingleProducerTx to)) {
            return null;
        }
        try {
            return (Hop) OwnClass.of(RingHop.class, MethodHandles.lookup())
                    .getDeclaredConstructor(RingRx.class, SingleProducerTx.class)
                    .newInstance(from, to);
        } catch (ReflectiveOperationException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /**
     * Counts from 0 again.
     *
     * @return true if a message stands here, and one more has room, so that there is something to run for
     * @throws lanegraph.LaneGraphException {@code lane/closed}
     */
    public abstract boolean begin();

    /**
     * Passes over one message after the other, until there is none, or no room that is known of, or one is left, or a handle was
     * closed; or one was given up by its producer, or is timed, which is left to the calls of the handles. It releases
     * nothing. What the function throws comes out of it, as does {@code lane/closed}, {@code lane/too-large} and {@code
     * lane/bad-length}: the reader then stands before the message, as after {@link LaneRx#peek()}, and nothing of it was
     * published.
     *
     * @param limit how many at most
     * @param interrupted asked before each; true ends it
     */
    public abstract void run(Function function, int limit, BooleanSupplier interrupted) throws Exception;

    /** How many messages were passed over since {@link #begin()}, however the run ended. */
    public abstract int moved();

    /** How many of them it published something of. */
    public abstract int published();

    /** How many bytes they had. */
    public abstract long bytes();
}
