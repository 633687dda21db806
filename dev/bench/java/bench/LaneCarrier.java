package bench;

import java.util.function.Consumer;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.runtime.LaneGraph;

/** Two bare handles, of one lane or of a graph's endpoints, for values by reference. */
final class LaneCarrier implements Carrier, AutoCloseable {
    private final AutoCloseable owner;
    private final LaneTx tx;
    private final LaneRx rx;

    LaneCarrier(LaneGraph graph) {
        this.owner = graph;
        this.tx = graph.writer("p0");
        this.rx = graph.reader("c0");
    }

    LaneCarrier(Lane lane) {
        this.owner = lane::close;
        this.tx = lane.tx("p0", false);
        this.rx = lane.rx("c0");
    }

    @Override
    public boolean offer(Object message) {
        return tx.offer(message);
    }

    @Override
    public int drain(Consumer<Object> to, int limit) {
        return rx.drain(to, limit);
    }

    @Override
    public void close() throws Exception {
        owner.close();
    }
}
