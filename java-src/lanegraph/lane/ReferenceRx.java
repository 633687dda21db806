package lanegraph.lane;

import java.util.function.Consumer;
import java.util.stream.LongStream;
import lanegraph.region.Memory;
import org.agrona.DirectBuffer;

/**
 * The reader behind one cursor, or behind several that it moves together, of a ring that carries objects and has one
 * producer: see {@link ReferenceTx}. It looks at the tail only when it has passed all that it knew of. A handle belongs
 * to one thread at a time.
 */
final class ReferenceRx extends LaneRx {
    private static final long NOWHERE = -1;
    private static final int MAX_PAUSES = 64;

    private final Ring ring;
    private final Memory memory;
    private final Object[] values;
    private final int mask;
    private final long[] cursorAddresses;
    /** How long it holds: in a small ring less, where the producer is soon at its end. */
    private final int pauses;
    private long position;
    private long released;
    /** Messages below it are there: the tail, when it was last read. */
    private long known;
    /** Where it had passed all that it knew of. */
    private long caughtUp;
    /** The position where a message was found last. */
    private long found = NOWHERE;

    /** Cursors that are moved together: as with {@link RingRx}. */
    ReferenceRx(Ring ring, long... cursorAddresses) {
        this.ring = ring;
        this.memory = ring.memory;
        this.values = ring.values;
        this.mask = ring.mask;
        this.cursorAddresses = cursorAddresses;
        this.position = LongStream.of(cursorAddresses).map(memory::getLongAcquire).max().orElseThrow();
        this.released = position;
        this.known = position;
        this.caughtUp = position;
        if (cursorAddresses.length > 1) {
            publish();
        }
        this.pauses = Math.min(MAX_PAUSES, ring.slots / 16);
    }

    @Override
    public boolean peek() {
        if (position == known) {
            catchUp();
        }
        return look();
    }

    @Override
    boolean look() {
        checkOpen();
        if (position == known) {
            known = tail();
        }
        if (position == known) {
            return false;
        }
        found = position;
        return true;
    }

    /**
     * After a burst it holds before it looks, a microsecond or two: each look takes the tail's line away from the producer,
     * which is held up until it has it back, and a reader on its heels takes the lines of the references as well. After a
     * single message it does not, since a lone message in a quiet lane shall find the reader looking.
     */
    private void catchUp() {
        if (position > caughtUp + 1) {
            for (int i = 0; i < pauses; i++) {
                Thread.onSpinWait();
            }
        }
        caughtUp = position;
        known = tail();
    }

    /** Acquire: the objects are read after it. */
    private long tail() {
        return memory.getLongAcquire(ring.tailAddress);
    }

    @Override
    public DirectBuffer payload() {
        checkMessage();
        throw ring.carriesObjects();
    }

    @Override
    public Object value() {
        checkMessage();
        return values[(int) position & mask];
    }

    @Override
    public int length() {
        checkMessage();
        return 0;
    }

    @Override
    public long next() {
        checkMessage();
        return position + 1;
    }

    @Override
    public void advance() {
        checkMessage();
        if (position >= watched) {
            passed(position);
        }
        position++;
    }

    @Override
    public int drain(Consumer<Object> handler, int limit) {
        int done = 0;
        try {
            while (done < limit && peekReleased()) {
                if (position >= watched) {
                    handler.accept(value());
                    advance();
                    done++;
                } else {
                    done += drainKnown(handler, limit - done);
                }
            }
        } finally {
            releasePassed();
        }
        return done;
    }

    /** As {@link #peek}; but before that may hold, what was passed over is free. */
    private boolean peekReleased() {
        if (position == known) {
            releasePassed();
        }
        return peek();
    }

    /** Passes over messages that are known to be there and not marked, with what the loop needs in local variables. */
    private int drainKnown(Consumer<Object> handler, int limit) {
        Object[] values = this.values;
        int mask = values.length - 1;
        long start = position;
        long at = start;
        long end = Math.min(known, start + limit);
        try {
            while (at < end && at < watched && !isClosed()) { // no acquire here that would have a plain flag read again
                handler.accept(values[(int) at & mask]);
                at++;
            }
        } finally {
            position = at;
        }
        return (int) (at - start);
    }

    @Override
    public void release() {
        checkOpen();
        if (position != released) {
            if (!ring.retain) {
                forget(); // before the cursor is released: the places are still ours
            }
            released = position;
            publish();
        }
    }

    /** Not before the release: what was passed over and never released is read again by the next handle. */
    private void forget() {
        for (long sequence = released; sequence < position; sequence++) {
            values[(int) sequence & mask] = null;
        }
    }

    private void publish() {
        for (long address : cursorAddresses) {
            // Release: every load from the passed places stays before it, so a producer that sees it may overwrite them.
            memory.putLongRelease(address, position);
        }
    }

    @Override
    public boolean goOnAt(long to) {
        if (!reaches(to)) {
            return false;
        }
        if (to > position) {
            position = to;
            known = Math.max(known, to);
            caughtUp = to;
            release();
        }
        return true;
    }

    @Override
    public boolean reaches(long to) {
        return to <= tail();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public int drainLimit() {
        return ring.drainLimit();
    }

    @Override
    public boolean byReference() {
        return true;
    }

    /** None: there are no bytes. */
    @Override
    long address() {
        throw ring.carriesObjects();
    }

    private void checkMessage() {
        if (found != position) {
            throw LaneErrors.noMessage(ring.name);
        }
    }

    private void checkOpen() {
        if (isMarked()) {
            throw LaneErrors.closed(ring.name);
        }
    }
}
