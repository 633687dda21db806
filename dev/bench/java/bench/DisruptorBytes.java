package bench;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Events are buffers: on the heap with a byte array each, or side by side off the heap, each on a line of its own. */
class DisruptorBytes extends DisruptorContender<UnsafeBuffer> {
    DisruptorBytes(final int slots, final boolean offHeap) {
        super(slots, offHeap ? new OffHeap(slots)::next : () -> new UnsafeBuffer(new byte[Payload.LENGTH]));
    }

    private static final class OffHeap {
        private final ByteBuffer memory;
        private int made;

        OffHeap(final int slots) {
            memory = BufferUtil.allocateDirectAligned(slots * Payload.LENGTH, 64);
        }

        UnsafeBuffer next() {
            return new UnsafeBuffer(memory, made++ * Payload.LENGTH, Payload.LENGTH);
        }
    }

    @Override
    void write(final UnsafeBuffer event, final long sequence) {
        Payload.write(event, 0, sequence);
    }

    @Override
    long difference(final UnsafeBuffer event, final long sequence) {
        return Payload.difference(event, 0, sequence);
    }

    /** Written and read in buffers of the threads' own. */
    static final class Copy extends DisruptorBytes {
        private final UnsafeBuffer source = Payload.own();
        private final UnsafeBuffer target = Payload.own();

        Copy(final int slots, final boolean offHeap) {
            super(slots, offHeap);
        }

        @Override
        void write(final UnsafeBuffer event, final long sequence) {
            Payload.write(source, 0, sequence);
            event.putBytes(0, source, 0, Payload.LENGTH);
        }

        @Override
        long difference(final UnsafeBuffer event, final long sequence) {
            event.getBytes(0, target, 0, Payload.LENGTH);
            return Payload.difference(target, 0, sequence);
        }
    }
}
