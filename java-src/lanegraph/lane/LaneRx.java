package lanegraph.lane;

import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Reads messages from a lane, in order. A handle belongs to one thread at a time.
 *
 * <pre>
 *   while (rx.peek()) {        // a message stands at position()
 *       use(rx.payload());     // in place: valid until release()
 *       rx.advance();          // pass over it
 *   }
 *   rx.release();              // give the passed slots back to the producers
 * </pre>
 *
 * <p>Or all of that by one call: {@link #drainPayloads}, {@link #drain}.
 *
 * <p>No method ever waits for another thread. Once the handle is closed, {@link #peek()} and {@link
 * #release()} throw {@link lanegraph.LaneGraphException} with code {@code lane/closed}. Those that describe or
 * pass over a message throw {@code lane/no-message} if {@link #peek()} did not find one.
 */
public abstract class LaneRx extends LaneHandle {
    /**
     * The position of the first marked message: each message is compared with it, whether somebody times messages or not. It
     * is written by those who write the lane, too, through {@link Marks}. The mark of a message is stored before the message's
     * commit word, which this has loaded with acquire: so a plain load is good enough.
     */
    long watched = Marker.NONE;
    /** Null unless somebody times messages. */
    private volatile Marks marks;

    /**
     * From now on it tells these what it passes over, one for each lane that it reads; null ends that. Any thread: the
     * handle's own sees it soon.
     */
    public void marks(List<Marks> lanes) {
        Marks before = lanes == null ? null : lanes.get(0);
        marks = before;
        if (before == null) {
            Marks.WATCHED.setOpaque(this, Marker.NONE);
        } else {
            before.attach(this);
        }
    }

    private Marks.Mark markAt(long position) {
        Marks before = marks;
        return before == null ? null : before.at(position);
    }

    /** The reader goes behind this position, which is that of the first mark, or beyond. */
    final void passed(long position) {
        Marks before = marks;
        if (before == null) {
            Marks.WATCHED.setOpaque(this, Marker.NONE); // a writer added a last one while they were taken away
        } else {
            before.passed(position);
        }
    }

    /** The mark of the message that {@link #peek()} found, or null if it has none. */
    public Marks.Mark mark() {
        return position() < watched ? null : markAt(position());
    }

    /**
     * True if a message stands at {@link #position()}; the other methods then describe it until {@link
     * #advance()}. After a burst of messages it may take a microsecond or two to say that there are no more: so the
     * producer gets ahead, and the next burst is longer.
     */
    public abstract boolean peek();

    /**
     * The message's bytes, in place, as long as the message: valid until {@link #release()}, and only for
     * reading.
     *
     * @throws lanegraph.LaneGraphException {@code lane/by-reference} if the lane carries objects
     */
    public abstract DirectBuffer payload();

    /** The message's length in bytes; 0 by reference. */
    public abstract int length();

    /**
     * The message as a value: the object itself by reference, else decoded by the lane's codec.
     *
     * @throws lanegraph.LaneGraphException {@code codec/failed} if the codec threw; what the codec itself
     *     reports
     */
    public abstract Object value();

    /**
     * Where the next message to read stands, over all lives of the lane's memory: its sequence, or, in a journal, the
     * position of its first byte.
     */
    public abstract long position();

    /**
     * The sequence of the message that {@link #peek()} found, counted from 0 over all lives of the lane's memory.
     */
    public long sequence() {
        return position();
    }

    /** The position behind the message that {@link #peek()} found: what {@link #advance()} makes {@link #position()}. */
    public abstract long next();

    /** Passes over the message that {@link #peek()} found. It is gone only with {@link #release()}. */
    public abstract void advance();

    /** Publishes {@link #position()}: what was passed over is gone, and its slots are free. */
    public abstract void release();

    /** How many messages a reader should pass over at most before it releases. */
    public abstract int drainLimit();

    /** True if the lane carries objects by reference. */
    public abstract boolean byReference();

    /** Takes the next message as a value, or null if there is none. */
    public final Object take() {
        if (!peek()) {
            return null;
        }
        Object value = value();
        advance();
        release();
        return value;
    }

    /**
     * Hands over the value of one message after the other, until there is none, and releases what was passed over. It is the
     * fastest way to read a lane by reference that has one producer. What the handler or the lane's codec throws comes out; its
     * message stays in the lane, where {@link #peek()} finds it, and those before it are gone. Where it would look for another
     * one after the handle was closed, it throws {@code lane/closed}; what was handed over and not released by then is read
     * again by the next handle.
     *
     * @param handler must not use this handle
     * @param limit how many at most; {@link #drainLimit()} is a good one
     * @return how many
     */
    public int drain(Consumer<Object> handler, int limit) {
        int done = 0;
        try {
            while (done < limit && peek()) {
                handler.accept(value());
                advance();
                done++;
            }
        } finally {
            releasePassed();
        }
        return done;
    }

    /**
     * As {@link #drain}, but hands over the bytes of each message, in place: valid until the handler returns, and only for
     * reading. Where many messages come in slots it is mostly faster than a {@link #peek()} for each;
     * through a reader of several lanes it is not.
     *
     * @throws lanegraph.LaneGraphException {@code lane/by-reference} if the next message is an object, which stays
     */
    public int drainPayloads(Consumer<DirectBuffer> handler, int limit) {
        int done = 0;
        try {
            while (done < limit && peek()) {
                handler.accept(payload());
                advance();
                done++;
            }
        } finally {
            releasePassed();
        }
        return done;
    }

    /** Releases what was passed over, unless the handle was closed meanwhile, of which the next call tells. */
    final void releasePassed() {
        if (!isClosed()) {
            release();
        }
    }

    /** As {@link #peek()}, for one who has other lanes to read: it never holds to let the producer get ahead. */
    boolean look() {
        return peek();
    }

    /**
     * Goes on at this position, which the reader had reached when its last life ended: the messages before it are gone.
     * Nothing happens if it is behind that already.
     *
     * @return false, and stays, if the lane has no such position: then it is another lane than that which had it
     * @throws UnsupportedOperationException if it is no reader of one lane
     */
    public boolean goOnAt(long to) {
        throw new UnsupportedOperationException("no reader of one lane: " + getClass().getName());
    }

    /** True if the lane has this position, or had it. Otherwise as {@link #goOnAt}. */
    public boolean reaches(long to) {
        throw new UnsupportedOperationException("no reader of one lane: " + getClass().getName());
    }

    /** Which of several lanes the message is from that {@link #peek()} found; 0 where there is one. */
    int input() {
        return 0;
    }

    /**
     * The reader of the one lane that has the message: asked once a message where one call site serves all kinds of readers,
     * so that the calls behind it meet few kinds.
     */
    LaneRx source() {
        return this;
    }

    /** The address of the payload that {@link #peek()} found. */
    abstract long address();
}
