package bench;

import java.util.function.Consumer;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.runtime.LaneGraph;

/** The bare handles of a graph's endpoints, for values by reference. */
final class LaneCarrier implements Carrier, AutoCloseable {
    private final LaneGraph graph;
    private final LaneTx tx;
    private final LaneRx rx;

    LaneCarrier(LaneGraph graph) {
        this.graph = graph;
        this.tx = graph.writer("p0");
        this.rx = graph.reader("c0");
    }

    @Override
    public boolean offer(Object message) {
        return tx.offer(message);
    }

    @Override
    public int drain(Consumer<Object> to, int limit) {
        int drained = 0;
        while (drained < limit && rx.peek()) {
            to.accept(rx.value());
            rx.advance();
            drained++;
        }
        if (drained > 0) {
            rx.release();
        }
        return drained;
    }

    @Override
    public void close() {
        graph.close();
    }
}
