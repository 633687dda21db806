package bench;

import java.util.List;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;

/** Two lanes, one each way. */
final class LaneTrip extends RoundTrip {
    private final List<Lane> lanes;
    private final LaneTx[] tx;
    private final LaneRx[] rx;

    LaneTrip(int slots) {
        lanes = List.of(Lanes.ring("events", slots, null), Lanes.ring("events", slots, null));
        tx = lanes.stream().map(lane -> lane.tx("p0", false)).toArray(LaneTx[]::new);
        rx = lanes.stream().map(lane -> lane.rx("c0")).toArray(LaneRx[]::new);
    }

    @Override
    void send(int side, long sequence) {
        LaneTx tx = this.tx[side];
        if (!tx.room()) {
            throw new IllegalStateException("a lane with one message is full");
        }
        Payload.write(tx.claim(), 0, sequence);
        tx.commit(Payload.LENGTH);
    }

    @Override
    void receive(int side, long sequence) {
        LaneRx rx = this.rx[1 - side];
        while (!rx.peek()) {
            spin();
        }
        Payload.check(Payload.difference(rx.payload(), 0, sequence), sequence);
        rx.advance();
        rx.release();
    }

    @Override
    public void close() {
        lanes.forEach(Lane::close);
    }
}
