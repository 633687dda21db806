package bench;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/** By tryClaim and commit, read in the handler. */
final class AgronaInPlace extends AgronaContender {
    AgronaInPlace(int slots) {
        super(slots);
    }

    @Override
    public void produce(int producer, long first, int count) {
        RingBuffer ring = this.ring;
        IdleStrategy idle = Sides.whileFull();
        for (int i = 0; i < count; i++) {
            int index = claim(ring, idle);
            Payload.write(ring.buffer(), index, Payload.id(producer, first + i));
            ring.commit(index);
        }
    }

    static int claim(RingBuffer ring, IdleStrategy idle) {
        int index = ring.tryClaim(TYPE, Payload.LENGTH);
        if (index < 0) {
            do {
                idle.idle();
                index = ring.tryClaim(TYPE, Payload.LENGTH);
            } while (index < 0);
            idle.reset();
        }
        return index;
    }

    @Override
    long differenceOf(MutableDirectBuffer buffer, int index, Arrivals arrivals) {
        return Payload.difference(buffer, index, arrivals.expected(buffer.getLong(index)));
    }
}
