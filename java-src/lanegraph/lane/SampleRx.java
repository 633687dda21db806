package lanegraph.lane;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads samples as a reader of their lane would: shows a stage messages that the lane has long passed. It moves no
 * cursor. Belongs to one thread at a time.
 */
public final class SampleRx extends LaneRx {
    private static final int FIRST_LENGTH = 256;

    private final LaneCodec codec;
    private final boolean byReference;
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
    private Sample sample;

    SampleRx(LaneCodec codec, boolean byReference) {
        this.codec = codec;
        this.byReference = byReference;
    }

    /** From now on it stands before this one. */
    public void read(Sample next) {
        sample = next;
        if (!byReference) {
            payload.wrap(next.bytes() != null ? next.bytes() : encoded(next.value()));
        }
    }

    private byte[] encoded(Object value) {
        byte[] bytes = new byte[FIRST_LENGTH];
        int length = codec.encode(value, new UnsafeBuffer(bytes));
        if (length > bytes.length) {
            bytes = new byte[length];
            codec.encode(value, new UnsafeBuffer(bytes));
        }
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    }

    @Override
    public boolean peek() {
        return sample != null;
    }

    @Override
    public DirectBuffer payload() {
        if (byReference) {
            throw LaneErrors.carriesObjects(codec.lane());
        }
        return payload;
    }

    @Override
    public int length() {
        return byReference ? 0 : payload.capacity();
    }

    @Override
    public Object value() {
        Object value = sample.value();
        return value != null && byReference ? value : codec.decode(byReference ? new UnsafeBuffer(sample.bytes()) : payload);
    }

    @Override
    public long position() {
        return sample.position();
    }

    @Override
    public long sequence() {
        return sample.sequence();
    }

    @Override
    public long next() {
        return sample.position() + 1;
    }

    @Override
    public void advance() {
        sample = null;
    }

    @Override
    public void release() {
        // There is nobody to give it back to.
    }

    @Override
    public int drainLimit() {
        return 1;
    }

    @Override
    public boolean byReference() {
        return byReference;
    }

    /** None: its bytes are on the heap. */
    @Override
    long address() {
        throw new UnsupportedOperationException("a sample has no address");
    }
}
