package bench;

import lanegraph.lane.LaneTx;
import org.agrona.concurrent.IdleStrategy;

/** Written straight into the slot, or where many producers write one lane into the handle's own buffer; read in the slot. */
final class LaneInPlace extends LaneContender {
    LaneInPlace(int slots) {
        super(slots);
    }

    @Override
    public void produce(int producer, long first, int count) {
        LaneTx tx = this.tx[producer];
        IdleStrategy idle = Sides.whileFull();
        for (int i = 0; i < count; i++) {
            if (RESERVES && !tx.room()) {
                awaitRoom(tx, idle);
            }
            Payload.write(tx.claim(), 0, Payload.id(producer, first + i));
            if (!tx.commit(Payload.LENGTH)) {
                commit(tx, idle);
            }
        }
    }

    private static void awaitRoom(LaneTx tx, IdleStrategy idle) {
        while (!tx.room()) {
            idle.idle();
        }
        idle.reset();
    }

    private static void commit(LaneTx tx, IdleStrategy idle) {
        while (!tx.commit(Payload.LENGTH)) {
            idle.idle();
        }
        idle.reset();
    }
}
