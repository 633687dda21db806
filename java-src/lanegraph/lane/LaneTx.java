package lanegraph.lane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes messages into a lane. A handle belongs to one thread at a time.
 *
 * <p>Two ways to write. <b>In place:</b> {@link #claim()} lends the place of the next message, {@link
 * #commit(int)} publishes what was written there. <b>Whole:</b> {@link #offer(DirectBuffer, int, int)},
 * {@link #offer(Object)} and {@link #forward(LaneRx)} do both in one call. No method ever waits.
 *
 * <p>Once the handle is closed, every method that would write throws {@link lanegraph.LaneGraphException}
 * with code {@code lane/closed}.
 */
public abstract class LaneTx extends LaneHandle {
    private static final VarHandle MARK_AT;

    static {
        try {
            MARK_AT = MethodHandles.lookup().findVarHandle(LaneTx.class, "markAt", long.class);
        } catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    /**
     * The number of the next message that is marked: each message is compared with it, whether somebody times messages or not.
     */
    @SuppressWarnings("FieldMayBeFinal") // written through MARK_AT
    long markAt = Marker.NONE;
    /** Null unless somebody times messages. */
    volatile Marker marker;

    /**
     * From now on this chooses which messages are marked; null: none is. Any thread: the handle's own sees it soon.
     */
    public final void markedBy(Marker chosen) {
        marker = chosen;
        if (chosen == null) {
            markAt(Marker.NONE);
        } else {
            chosen.attach(this);
        }
    }

    /** Any thread; who is last has his way. */
    final void markAt(long number) {
        MARK_AT.setOpaque(this, number); // orders nothing: a message more or less is marked
    }

    /** Right before the message becomes visible, if its number is that of the next mark or beyond. */
    final void mark(long number, long position) {
        Marker chosen = marker;
        if (chosen == null) {
            markAt(Marker.NONE); // it chose a last one while it was taken away
        } else {
            chosen.publishing(number, position);
        }
    }

    /** The name of the lane. */
    public abstract String lane();

    /** The largest payload in bytes. */
    public abstract int maxLength();

    /** True if the lane carries objects by reference; then only values can be written, and no bytes. */
    public abstract boolean byReference();

    /** True if a full lane drops the new message and counts it, instead of blocking. */
    public abstract boolean dropsWhenFull();

    /**
     * True if one more message has room. With a single producer that stays true until this handle commits;
     * with many it is a hint, since another producer may take the room.
     */
    public abstract boolean room();

    /**
     * Lends a buffer of {@link #maxLength()} bytes for the next message: the slot itself where this handle is
     * the single producer and there is room, a scratch buffer otherwise. Its content is undefined, its bounds
     * are checked (unless Agrona's checks are off). It is valid until {@link #commit(int)} returns true or
     * another message is claimed, encoded, offered, forwarded or dropped with this handle: that takes the
     * place, and the claim is void. A claim that is never committed costs nothing.
     *
     * @throws lanegraph.LaneGraphException {@code lane/by-reference} if the lane carries objects
     */
    public abstract MutableDirectBuffer claim();

    /**
     * Claims a place and writes the value there with the lane's codec (by reference: keeps the value itself).
     *
     * @return the length in bytes to {@linkplain #commit(int) commit}
     * @throws lanegraph.LaneGraphException {@code lane/too-large} if its bytes are more than {@link
     *     #maxLength()}; {@code lane/no-value} if it is null; {@code codec/failed} if the codec threw; what
     *     the codec itself reports
     */
    public abstract int encode(Object value);

    /**
     * Publishes the first {@code length} bytes of what was claimed or encoded. When it returns false the lane
     * was full and the claim stays as it is: commit again later. With a single producer it never fails after
     * {@link #room()}.
     *
     * @throws lanegraph.LaneGraphException {@code lane/too-large} if the length is beyond {@link
     *     #maxLength()}; {@code lane/bad-length} if it is negative; {@code lane/not-claimed} if there is no
     *     claim. Nothing was published.
     */
    public abstract boolean commit(int length);

    /**
     * Writes the message that the reader stands before, unchanged: bytes as bytes, a reference as a
     * reference, and by the lane's codec where one of the two lanes has bytes and the other references.
     *
     * @return false if the lane is full; the message was not written
     * @throws lanegraph.LaneGraphException {@code lane/too-large} if it has more bytes than {@link
     *     #maxLength()}
     */
    public abstract boolean forward(LaneRx rx);

    /**
     * Copies a message in, by the policy of the lane: true if it was accepted, which under {@code drop}
     * includes that it was dropped and counted; false if the lane is full.
     *
     * @throws lanegraph.LaneGraphException {@code lane/too-large}: nothing is ever cut; {@code
     *     lane/by-reference}
     */
    public abstract boolean offer(DirectBuffer source, int offset, int length);

    /**
     * As {@link #offer(DirectBuffer, int, int)}, for a value by the lane's codec; errors as {@link
     * #encode(Object)}.
     */
    public boolean offer(Object value) {
        return settle(commit(encode(value)));
    }

    /**
     * The answer of an offer by the lane's policy, given whether the message was published; counts a drop.
     */
    final boolean settle(boolean published) {
        if (!published && dropsWhenFull()) {
            countDrop();
            return true;
        }
        return published;
    }

    /** Counts one message of this producer as dropped, in the lane's memory. */
    public abstract void countDrop();

    /** How many messages this producer has dropped, over all lives of the lane's memory. */
    public abstract long dropped();
}
