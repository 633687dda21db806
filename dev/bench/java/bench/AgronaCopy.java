package bench;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** By write, copied out in the handler. */
final class AgronaCopy extends AgronaContender {
    private final UnsafeBuffer own = Payload.own();

    AgronaCopy(final int slots) {
        super(slots);
    }

    @Override
    public void produce(final long first, final int count) {
        final OneToOneRingBuffer ring = this.ring;
        final UnsafeBuffer source = Payload.own();
        for (int i = 0; i < count; i++) {
            final long sequence = first + i;
            Payload.write(source, 0, sequence);
            while (!ring.write(TYPE, source, 0, Payload.LENGTH)) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    long differenceOf(final MutableDirectBuffer buffer, final int index, final long sequence) {
        buffer.getBytes(index, own, 0, Payload.LENGTH);
        return Payload.difference(own, 0, sequence);
    }
}
