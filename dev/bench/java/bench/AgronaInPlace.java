package bench;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/** By tryClaim and commit, read in the handler. */
final class AgronaInPlace extends AgronaContender {
    AgronaInPlace(final int slots) {
        super(slots);
    }

    @Override
    public void produce(final long first, final int count) {
        final OneToOneRingBuffer ring = this.ring;
        for (int i = 0; i < count; i++) {
            final long sequence = first + i;
            int index;
            while ((index = ring.tryClaim(TYPE, Payload.LENGTH)) < 0) {
                Thread.onSpinWait();
            }
            Payload.write(ring.buffer(), index, sequence);
            ring.commit(index);
        }
    }

    @Override
    long differenceOf(final MutableDirectBuffer buffer, final int index, final long sequence) {
        return Payload.difference(buffer, index, sequence);
    }
}
