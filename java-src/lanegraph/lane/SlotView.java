package lanegraph.lane;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A buffer over a slot, or over a writer's scratch memory, as it is lent to users. It keeps that memory reachable: who
 * holds on to a lent buffer too long reads another message's bytes, but never memory that the collector has freed.
 *
 * <p>It is moved from slot to slot with one store or two, where {@code wrap} makes four: between two cores, what holds a
 * ring up is how many messages fit into a core's queue of stores. So it must stay without an array, and users cannot
 * wrap it around anything else.
 */
final class SlotView extends UnsafeBuffer {
    private final Object memory;
    @SuppressWarnings("unused") // but for the collector
    private Object kept;

    SlotView(Object memory, int length) {
        super(0, 0);
        this.memory = memory;
        this.capacity = length;
    }

    /** From now on it may also stand over this memory, and no longer over what was told so before. */
    void keep(Object memory) {
        kept = memory;
    }

    /** Moves it to this address; its length stays. */
    void at(long address) {
        addressOffset = address;
    }

    void at(long address, int length) {
        addressOffset = address;
        capacity = length;
    }

    @Override
    public void wrap(byte[] buffer) {
        throw lent();
    }

    @Override
    public void wrap(byte[] buffer, int offset, int length) {
        throw lent();
    }

    @Override
    public void wrap(ByteBuffer buffer) {
        throw lent();
    }

    @Override
    public void wrap(ByteBuffer buffer, int offset, int length) {
        throw lent();
    }

    @Override
    public void wrap(DirectBuffer buffer) {
        throw lent();
    }

    @Override
    public void wrap(DirectBuffer buffer, int offset, int length) {
        throw lent();
    }

    @Override
    public void wrap(long address, int length) {
        if (memory != null) {
            throw lent();
        }
        super.wrap(address, length); // called by the constructor above
    }

    private static UnsupportedOperationException lent() {
        return new UnsupportedOperationException("this buffer is lent by a lane and cannot wrap anything else;"
                + " wrap it with a buffer of your own");
    }
}
