package lanegraph.lane;

import java.util.Arrays;
import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes messages as a writer of its lane would, refuses what that would refuse, and keeps the last one to itself: for a
 * stage that is tried beside the lane. Belongs to one thread at a time.
 */
public final class SampleTx extends LaneTx {
    private static final int NOTHING = -1;

    private final LaneCodec codec;
    private final int maxLength;
    private final boolean byReference;
    /** Made when it is needed: a record of a journal may be large. */
    private UnsafeBuffer buffer;
    private Object value;
    private int length = NOTHING;

    SampleTx(LaneCodec codec, int maxLength, boolean byReference) {
        this.codec = codec;
        this.maxLength = maxLength;
        this.byReference = byReference;
    }

    @Override
    public String lane() {
        return codec.lane();
    }

    @Override
    public int maxLength() {
        return maxLength;
    }

    @Override
    public boolean byReference() {
        return byReference;
    }

    @Override
    public boolean dropsWhenFull() {
        return false;
    }

    @Override
    public boolean room() {
        return true;
    }

    @Override
    public MutableDirectBuffer claim() {
        if (byReference) {
            throw LaneErrors.carriesObjects(codec.lane());
        }
        return buffer();
    }

    private UnsafeBuffer buffer() {
        if (buffer == null) {
            buffer = new UnsafeBuffer(new byte[maxLength]);
        }
        return buffer;
    }

    @Override
    public int encode(Object next) {
        if (next == null) {
            throw LaneErrors.noValue(codec.lane());
        }
        if (byReference) {
            value = next;
            return 0;
        }
        int found = codec.encode(next, buffer());
        checkLength(found);
        return found;
    }

    @Override
    public boolean commit(int committed) {
        checkLength(committed);
        length = committed;
        return true;
    }

    private void checkLength(int found) {
        if (found > maxLength) {
            throw new LaneGraphException(Category.INCORRECT, "lane/too-large",
                    "lane " + codec.lane() + ": a message of " + found + " bytes, but it takes at most " + maxLength
                            + "; give the lane larger slots or segments, or make the message smaller",
                    Map.of("lane", codec.lane(), "length", found, "max-length", maxLength));
        }
        if (found < 0) {
            throw new LaneGraphException(Category.INCORRECT, "lane/bad-length",
                    "lane " + codec.lane() + ": a message of " + found + " bytes; expected 0 to " + maxLength,
                    Map.of("lane", codec.lane(), "length", found));
        }
    }

    @Override
    public boolean forward(LaneRx rx) {
        return byReference || rx.byReference()
                ? commit(encode(rx.value()))
                : offer(rx.payload(), 0, rx.length());
    }

    @Override
    public boolean offer(DirectBuffer source, int offset, int count) {
        checkLength(count);
        buffer().putBytes(0, source, offset, count);
        return commit(count);
    }

    @Override
    public void countDrop() {
        throw new UnsupportedOperationException("it is never full");
    }

    @Override
    public long dropped() {
        return 0;
    }

    /**
     * The message that was committed last, as a reader of the lane gets it.
     *
     * @throws LaneGraphException {@code codec/…}: no reader could read it
     */
    public Object taken() {
        return byReference ? value : codec.decode(new UnsafeBuffer(Arrays.copyOf(buffer().byteArray(), length)));
    }
}
