package bench;

import lanegraph.lane.LaneTx;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/** Written in the producer's own buffer and copied in, copied out and read in the consumer's own buffer. */
final class LaneCopy extends LaneContender {
    private final UnsafeBuffer target = Payload.own(); // of the only consumer

    LaneCopy(int slots) {
        super(slots);
    }

    @Override
    public void produce(int producer, long first, int count) {
        LaneTx tx = this.tx[producer];
        IdleStrategy idle = Sides.whileFull();
        UnsafeBuffer source = Payload.own();
        for (int i = 0; i < count; i++) {
            Payload.write(source, 0, Payload.id(producer, first + i));
            if (!tx.offer(source, 0, Payload.LENGTH)) {
                offer(tx, source, idle);
            }
        }
    }

    private static void offer(LaneTx tx, UnsafeBuffer source, IdleStrategy idle) {
        while (!tx.offer(source, 0, Payload.LENGTH)) {
            idle.idle();
        }
        idle.reset();
    }

    @Override
    long differenceOf(DirectBuffer message, Arrivals arrivals) {
        message.getBytes(0, target, 0, Payload.LENGTH);
        return Payload.difference(target, 0, arrivals.expected(target.getLong(0)));
    }
}
