package bench;

import static org.agrona.concurrent.ringbuffer.RingBufferDescriptor.TRAILER_LENGTH;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/**
 * Agrona's OneToOneRingBuffer, or ManyToOneRingBuffer where there are several producers, of the power of two of bytes that
 * holds at least three quarters of the slots' messages.
 */
abstract class AgronaContender implements Contender, MessageHandler {
    private static final int LIMIT = 256;
    static final int TYPE = 1;

    final RingBuffer ring;
    private Arrivals arrivals;
    private long difference;

    AgronaContender(int slots) {
        ring = ring(slots);
    }

    static RingBuffer ring(int slots) {
        int record = Payload.LENGTH + 8;
        int bytes = BitUtil.findNextPositivePowerOfTwo((int) ((long) slots * record * 3 / 4));
        ByteBuffer memory = BufferUtil.allocateDirectAligned(bytes + TRAILER_LENGTH, 128);
        UnsafeBuffer buffer = new UnsafeBuffer(memory);
        return Sides.PRODUCERS == 1 ? new OneToOneRingBuffer(buffer) : new ManyToOneRingBuffer(buffer);
    }

    @Override
    public final void consume(int consumer, long first, int count) {
        IdleStrategy idle = Sides.whileEmpty();
        arrivals = new Arrivals(first);
        difference = 0;
        long left = (long) count * Sides.PRODUCERS;
        while (left > 0) {
            int read = ring.read(this, LIMIT);
            if (read == 0) {
                idle.idle();
            } else {
                left -= read;
                Payload.check(difference, (first + count) * Sides.PRODUCERS - left);
                idle.reset();
            }
        }
    }

    @Override
    public final void onMessage(int type, MutableDirectBuffer buffer, int index, int length) {
        long found = differenceOf(buffer, index, arrivals) | length ^ Payload.LENGTH;
        difference |= found;
    }

    abstract long differenceOf(MutableDirectBuffer buffer, int index, Arrivals arrivals);
}
