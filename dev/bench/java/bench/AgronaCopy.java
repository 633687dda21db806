package bench;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/** By write, copied out in the handler. */
final class AgronaCopy extends AgronaContender {
    private final UnsafeBuffer target = Payload.own();

    AgronaCopy(int slots) {
        super(slots);
    }

    @Override
    public void produce(int producer, long first, int count) {
        RingBuffer ring = this.ring;
        IdleStrategy idle = Sides.whileFull();
        UnsafeBuffer source = Payload.own();
        for (int i = 0; i < count; i++) {
            Payload.write(source, 0, Payload.id(producer, first + i));
            if (!ring.write(TYPE, source, 0, Payload.LENGTH)) {
                write(ring, source, idle);
            }
        }
    }

    private static void write(RingBuffer ring, UnsafeBuffer source, IdleStrategy idle) {
        while (!ring.write(TYPE, source, 0, Payload.LENGTH)) {
            idle.idle();
        }
        idle.reset();
    }

    @Override
    long differenceOf(MutableDirectBuffer buffer, int index, Arrivals arrivals) {
        buffer.getBytes(index, target, 0, Payload.LENGTH);
        return Payload.difference(target, 0, arrivals.expected(target.getLong(0)));
    }
}
