package bench;

import com.lmax.disruptor.EventFactory;
import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Events are buffers: on the heap with a byte array each, or side by side off the heap, none on more lines than it needs. */
class DisruptorBytes extends DisruptorContender<UnsafeBuffer> {
    DisruptorBytes(int slots, boolean offHeap) {
        super(slots, offHeap ? offHeap(slots) : () -> new UnsafeBuffer(new byte[Payload.LENGTH]));
    }

    static EventFactory<UnsafeBuffer> offHeap(int slots) {
        return new OffHeap(slots)::next;
    }

    private static final class OffHeap {
        private static final int STRIDE = Payload.LENGTH < 64
                ? BitUtil.findNextPositivePowerOfTwo(Payload.LENGTH)
                : BitUtil.align(Payload.LENGTH, 64);

        private final ByteBuffer memory;
        private int made;

        OffHeap(int slots) {
            memory = BufferUtil.allocateDirectAligned(slots * STRIDE, 64);
        }

        UnsafeBuffer next() {
            return new UnsafeBuffer(memory, made++ * STRIDE, Payload.LENGTH);
        }
    }

    @Override
    void write(UnsafeBuffer event, long id, UnsafeBuffer own) {
        Payload.write(event, 0, id);
    }

    @Override
    final void transform(UnsafeBuffer event) {
        Payload.transform(event, 0, event, 0);
    }

    @Override
    long difference(UnsafeBuffer event, Arrivals arrivals, UnsafeBuffer own) {
        return Payload.difference(event, 0, arrivals.expected(event.getLong(0)));
    }

    /** Written and read in buffers of the threads' own. */
    static final class Copy extends DisruptorBytes {
        Copy(int slots, boolean offHeap) {
            super(slots, offHeap);
        }

        @Override
        void write(UnsafeBuffer event, long id, UnsafeBuffer own) {
            Payload.write(own, 0, id);
            event.putBytes(0, own, 0, Payload.LENGTH);
        }

        @Override
        long difference(UnsafeBuffer event, Arrivals arrivals, UnsafeBuffer own) {
            event.getBytes(0, own, 0, Payload.LENGTH);
            return Payload.difference(own, 0, arrivals.expected(own.getLong(0)));
        }
    }
}
