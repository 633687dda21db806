package lanegraph.lane;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import lanegraph.region.Memory;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A buffer over a slot, or over a writer's scratch memory, as it is lent to users. It keeps that memory reachable: who
 * holds on to a lent buffer too long reads another message's bytes, but never memory that the collector has freed.
 *
 * <p>It is moved from slot to slot with one store or two, where {@code wrap} makes four: between two cores, what holds a
 * ring up is how many messages fit into a core's queue of stores. So it must stay without an array, and users cannot
 * wrap it around anything else.
 *
 * <p>The commonest accessors are its own: they address raw memory, where those of the class above also serve byte arrays
 * on the heap, and make the compiler read the buffer's fields again after each store.
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
    public long getLong(int index) {
        check(index, Long.BYTES);
        return Memory.DIRECT.getLong(addressOffset + index);
    }

    @Override
    public void putLong(int index, long value) {
        check(index, Long.BYTES);
        Memory.DIRECT.putLong(addressOffset + index, value);
    }

    @Override
    public int getInt(int index) {
        check(index, Integer.BYTES);
        return Memory.DIRECT.getInt(addressOffset + index);
    }

    @Override
    public void putInt(int index, int value) {
        check(index, Integer.BYTES);
        Memory.DIRECT.putInt(addressOffset + index, value);
    }

    @Override
    public byte getByte(int index) {
        check(index, Byte.BYTES);
        return Memory.DIRECT.getByte(addressOffset + index);
    }

    @Override
    public void putByte(int index, byte value) {
        check(index, Byte.BYTES);
        Memory.DIRECT.putByte(addressOffset + index, value);
    }

    @Override
    public double getDouble(int index) {
        return Double.longBitsToDouble(getLong(index));
    }

    @Override
    public void putDouble(int index, double value) {
        putLong(index, Double.doubleToRawLongBits(value));
    }

    @Override
    public void getBytes(int index, MutableDirectBuffer target, int offset, int length) {
        long from = addressOffset + index;
        long to = target.addressOffset() + offset;
        if (length <= 0 || target.byteArray() != null || target.isExpandable() || Math.abs(to - from) < length) {
            // not for us, may have to grow and move, or overlaps
            super.getBytes(index, target, offset, length);
            return;
        }
        check(index, length);
        if (SHOULD_BOUNDS_CHECK) {
            target.boundsCheck(offset, length);
        }
        Memory.DIRECT.copy(from, to, length);
        Reference.reachabilityFence(target);
    }

    /** As the class above does: unless Agrona's checks are off. */
    private void check(int index, int length) {
        if (SHOULD_BOUNDS_CHECK && (index | capacity - length - index) < 0) {
            boundsCheck(index, length); // throws
        }
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
