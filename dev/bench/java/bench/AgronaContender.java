package bench;

import static org.agrona.concurrent.ringbuffer.RingBufferDescriptor.TRAILER_LENGTH;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/** Agrona's OneToOneRingBuffer, of the power of two of bytes that holds at least three quarters of the slots' messages. */
abstract class AgronaContender implements Contender, MessageHandler {
    private static final int LIMIT = 256;
    static final int TYPE = 1;

    final OneToOneRingBuffer ring;
    private long next;
    private long difference;

    AgronaContender(final int slots) {
        final int record = Payload.LENGTH + 8;
        final int bytes = BitUtil.findNextPositivePowerOfTwo((int) ((long) slots * record * 3 / 4));
        final ByteBuffer memory = BufferUtil.allocateDirectAligned(bytes + TRAILER_LENGTH, 128);
        ring = new OneToOneRingBuffer(new UnsafeBuffer(memory));
    }

    @Override
    public final void consume(final long first, final int count) {
        final long end = first + count;
        next = first;
        difference = 0;
        while (next < end) {
            if (ring.read(this, LIMIT) == 0) {
                Contender.spin();
            } else {
                Payload.check(difference, next);
            }
        }
    }

    @Override
    public final void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        difference |= differenceOf(buffer, index, next) | length ^ Payload.LENGTH;
        next++;
    }

    abstract long differenceOf(MutableDirectBuffer buffer, int index, long sequence);
}
