package lanegraph.lane;

import static lanegraph.region.RingDescriptor.SKIP_LENGTH;
import static lanegraph.region.RingDescriptor.WORD_LENGTH;

import java.util.function.Consumer;
import java.util.stream.LongStream;
import lanegraph.region.Memory;
import lanegraph.region.RingDescriptor;
import org.agrona.DirectBuffer;

/**
 * The reader behind one cursor of a ring, or behind several that it moves together. A handle belongs to one
 * thread at a time.
 */
final class RingRx extends LaneRx {
    static final int NONE = -1;
    private static final int LOOK_AHEAD = 32;
    /** How often the reader looks for more before it takes what is there: one to two microseconds. */
    private static final int HOLD_LOOKS = 64;
    /** How often before it takes it that nothing is being written: 0.4 microseconds where a pause takes 26 ns. */
    private static final int QUIET_LOOKS = 16;
    private static final int MAX_AHEAD = 1024;

    private final Ring ring;
    final Memory memory;
    private final Object[] values;
    private final long[] cursorAddresses;
    final long base;
    final long mask;
    final long stride;
    final SlotView view;
    long position;
    /** The slot of the position. */
    long slot;
    /** Of the message at the position, as it was last found; below 0 if none was. */
    int length = NONE;
    private long released;
    /** Where the reader last found no message. */
    private long caughtUp;

    /**
     * Cursors that are moved together differ when their reader died between two of the stores of a release.
     * It had committed every output of what it released, so the foremost of them counts. The others are moved
     * there at once: what they would hold up, nobody will read.
     */
    RingRx(Ring ring, long... cursorAddresses) {
        this.ring = ring;
        this.memory = ring.memory;
        this.values = ring.values;
        this.base = ring.base;
        this.mask = ring.mask;
        this.stride = ring.stride;
        this.cursorAddresses = cursorAddresses;
        this.view = ring.view();
        standAt(LongStream.of(cursorAddresses).map(memory::getLongAcquire).max().orElseThrow());
        if (cursorAddresses.length > 1) {
            publish();
        }
        this.released = position;
        this.caughtUp = position;
    }

    @Override
    public boolean peek() {
        return look() || caughtUp();
    }

    /** As {@link #look}, but leaves what its producer gave up to that. */
    boolean stands() {
        checkOpen();
        find();
        return length >= 0 && length != SKIP_LENGTH;
    }

    @Override
    boolean look() {
        checkOpen();
        find();
        return length >= 0 && (length != SKIP_LENGTH || peekBehindSkipped());
    }

    private void find() {
        length = lengthFound(memory);
    }

    /** As {@link #length}; of a message that was given up, the length that tells it. */
    private int lengthFound(Memory memory) {
        // Acquire: the payload is read after its word.
        return RingDescriptor.lengthIf(memory.getLongAcquire(slot), position);
    }

    private void standAt(long to) {
        position = to;
        slot = slot(to);
        length = NONE;
    }

    private void step() {
        position++;
        slot = (position & mask) == 0 ? base : slot + stride;
        length = NONE;
    }

    /**
     * Answers that there is no message. After a burst it holds first, a microsecond or two; after a single
     * message it does not, since a lone message in a quiet lane shall find the reader looking.
     */
    private boolean caughtUp() {
        if (position > caughtUp + 1) {
            hold();
        }
        caughtUp = position;
        return false;
    }

    /**
     * Lets the producer get ahead, before the reader touches the line that it is writing: a reader on its heels
     * takes each line away from it half written, and both run several times slower than if they hand over many
     * lines at a time. So it looks at a slot some way ahead, which the producer has not come near yet, and
     * again further on, as long as messages come in that fast. Soon it looks at the next slot as well: a producer that has
     * written nothing by then may be waiting for this very core.
     */
    private void hold() {
        int most = Math.min(MAX_AHEAD, ring.slots / 4);
        int ahead = LOOK_AHEAD;
        int looks = 0;
        while (looks < HOLD_LOOKS && ahead <= most) {
            Thread.onSpinWait();
            looks++;
            if (bears(position + ahead)) {
                ahead += LOOK_AHEAD;
                looks = 0;
            } else if (looks == QUIET_LOOKS && ahead == LOOK_AHEAD && !bears(position)) {
                return;
            }
        }
    }

    private boolean bears(long sequence) {
        return RingDescriptor.bears(memory.getLongAcquire(slot(sequence)), sequence);
    }

    /** Passes over slots that their producer gave up. */
    private boolean peekBehindSkipped() {
        boolean alone = position == released; // nobody holds a view of an earlier message
        while (length == SKIP_LENGTH) {
            step();
            find();
        }
        if (alone) {
            release(); // no message stands here that would make the reader release later
        }
        return length >= 0;
    }

    @Override
    public DirectBuffer payload() {
        checkMessage();
        if (values != null) {
            throw ring.carriesObjects();
        }
        view.at(slot + WORD_LENGTH, length);
        return view;
    }

    @Override
    public Object value() {
        checkMessage();
        if (values != null) {
            return values[(int) (position & mask)];
        }
        view.at(slot + WORD_LENGTH, length);
        return ring.codec.decode(view);
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
        step();
    }

    @Override
    public int drainPayloads(Consumer<DirectBuffer> handler, int limit) {
        int done = 0;
        try {
            while (done < limit && peekReleased()) {
                long from = position;
                drainFound(handler, from + limit - done);
                done += (int) (position - from);
            }
        } finally {
            releasePassed();
        }
        return done;
    }

    /** As {@link #peek}; but before that may hold, what was passed over is free. */
    private boolean peekReleased() {
        if (look()) {
            return true;
        }
        releasePassed();
        return caughtUp();
    }

    /**
     * Passes over the message that was found, and the next ones before {@code end}, until none is there, or one is timed or
     * was given up: in a loop of its own, which asks once what is the same for all. One that is timed goes alone. The view and
     * the memory are local variables, since the compiler would read them, and check them for null, anew behind each acquire.
     */
    private void drainFound(Consumer<DirectBuffer> handler, long end) {
        if (position >= watched || values != null) {
            handler.accept(payload()); // throws by reference
            advance();
            return;
        }
        SlotView view = this.view;
        Memory memory = this.memory;
        while (true) {
            view.at(slot + WORD_LENGTH, length);
            handler.accept(view);
            step();
            if (position >= end) {
                return;
            }
            checkOpen();
            int found = lengthFound(memory);
            if (found < 0 || found == SKIP_LENGTH || position >= watched) { // what is watched is known behind the word's acquire
                return;
            }
            length = found;
        }
    }

    @Override
    public void release() {
        checkOpen();
        if (position != released) {
            if (values != null && !ring.retain) {
                forget(); // before the cursor is released: the slots are still ours
            }
            released = position;
            publish();
        }
    }

    @Override
    public boolean goOnAt(long to) {
        if (!reaches(to)) {
            return false;
        }
        if (to > position) {
            standAt(to);
            caughtUp = to;
            release();
        }
        return true;
    }

    /** The message before it was written, and at most a lap of them is unread. */
    @Override
    public boolean reaches(long to) {
        return to <= position
                || to - position <= ring.slots && RingDescriptor.reached(memory.getLongAcquire(slot(to - 1)), to - 1);
    }

    private void publish() {
        for (long address : cursorAddresses) {
            // Release: every load from the passed slots stays before it, so a producer that sees it may
            // overwrite them.
            memory.putLongRelease(address, position);
        }
    }

    /** Not before the release: what was passed over and never released is read again by the next handle. */
    private void forget() {
        for (long sequence = released; sequence < position; sequence++) {
            values[(int) (sequence & mask)] = null;
        }
    }

    @Override
    public int length() {
        checkMessage();
        return length;
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
        return values != null;
    }

    @Override
    long address() {
        return slot + WORD_LENGTH;
    }

    private long slot(long sequence) {
        return base + (sequence & mask) * stride;
    }

    private void checkMessage() {
        if (length < 0) {
            throw LaneErrors.noMessage(ring.name);
        }
    }

    private void checkOpen() {
        if (isMarked()) {
            throw LaneErrors.closed(ring.name);
        }
    }
}
