package lanegraph.lane;

import java.nio.ByteBuffer;
import lanegraph.region.Region;
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
    private final Region region;
    @SuppressWarnings("unused") // but for the collector
    private Object scratch;

    SlotView(Region region, int length) {
        super(0, 0);
        this.region = region;
        this.capacity = length;
    }

    /** From now on it may also stand over this memory. */
    void keep(Object memory) {
        scratch = memory;
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
        if (region != null) {
            throw lent();
        }
        super.wrap(address, length); // called by the constructor above
    }

    private static UnsupportedOperationException lent() {
        return new UnsupportedOperationException("this buffer is lent by a lane and cannot wrap anything else;"
                + " wrap it with a buffer of your own");
    }
}
