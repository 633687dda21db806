package bench;

import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;

/** Written straight into the slot, read there. */
final class LaneInPlace extends LaneContender {
    LaneInPlace(final int slots) {
        super(slots);
    }

    @Override
    public void produce(final long first, final int count) {
        final LaneTx tx = this.tx;
        for (int i = 0; i < count; i++) {
            final long sequence = first + i;
            while (!tx.room()) {
                Thread.onSpinWait();
            }
            Payload.write(tx.claim(), 0, sequence);
            tx.commit(Payload.LENGTH);
        }
    }

    @Override
    public void consume(final long first, final int count) {
        final LaneRx rx = this.rx;
        final int limit = rx.drainLimit();
        final long end = first + count;
        long sequence = first;
        while (sequence < end) {
            long difference = 0;
            int drained = 0;
            while (drained < limit && rx.peek()) {
                difference |= Payload.difference(rx.payload(), 0, sequence + drained);
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
