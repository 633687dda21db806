package bench;

import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import org.agrona.concurrent.UnsafeBuffer;

/** Written in the producer's own buffer and copied in, copied out and read in the consumer's own buffer. */
final class LaneCopy extends LaneContender {
    LaneCopy(final int slots) {
        super(slots);
    }

    @Override
    public void produce(final long first, final int count) {
        final LaneTx tx = this.tx;
        final UnsafeBuffer own = Payload.own();
        for (int i = 0; i < count; i++) {
            final long sequence = first + i;
            Payload.write(own, 0, sequence);
            while (!tx.offer(own, 0, Payload.LENGTH)) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void consume(final long first, final int count) {
        final LaneRx rx = this.rx;
        final UnsafeBuffer own = Payload.own();
        final int limit = rx.drainLimit();
        final long end = first + count;
        long sequence = first;
        while (sequence < end) {
            long difference = 0;
            int drained = 0;
            while (drained < limit && rx.peek()) {
                rx.payload().getBytes(0, own, 0, Payload.LENGTH);
                difference |= Payload.difference(own, 0, sequence + drained);
                rx.advance();
                drained++;
            }
            if (drained == 0) {
                Contender.spin();
            } else {
                rx.release();
                sequence += drained;
                Payload.check(difference, sequence);
            }
        }
    }
}
