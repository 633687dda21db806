package bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.MergeRx;
import lanegraph.runtime.LaneGraph;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;

/** The bare handles of one lane, or of a running graph's endpoints: the property {@code bench.shape} says of which. */
abstract class LaneContender implements Contender {
    private static final String SHAPE = System.getProperty("bench.shape", "events");
    /** Many producers of one lane reserve no room: it is known only when they commit. */
    static final boolean RESERVES = Sides.PRODUCERS == 1 || Sides.ROLES > 0 || SHAPE.equals("lanes");

    final LaneTx[] tx = new LaneTx[Sides.PRODUCERS];
    final LaneRx[] rx = new LaneRx[Sides.CONSUMERS];
    private final Scratch scratch = Scratch.ifAsked();
    private AutoCloseable owner;
    private Lane only;

    LaneContender(int slots) {
        Path dir = scratch == null ? null : scratch.directory;
        switch (SHAPE) {
            case "events", "fanout-broadcast" -> handles(Lanes.ring(SHAPE, slots, dir));
            case "journal" -> handles(Lanes.journal(dir));
            case "lanes" -> handles(Lanes.oneEach(slots, dir));
            case "router" -> handles(Graphs.router(slots));
            case "merge" -> handles(Graphs.merge(slots));
            case "chain" -> handles(Graphs.chain(slots));
            default -> throw new IllegalArgumentException("no lanes of this shape: " + SHAPE);
        }
    }

    private void handles(Lane lane) {
        owner = () -> lane.close().join();
        only = lane;
        handles(name -> lane.tx(name, false), lane::rx);
    }

    /** A lane for each producer; one consumer reads them in turn. */
    private void handles(List<Lane> lanes) {
        owner = () -> lanes.forEach(lane -> lane.close().join());
        Arrays.setAll(tx, i -> lanes.get(i).tx("p0", false));
        rx[0] = new MergeRx(lanes.stream().map(lane -> lane.rx("c0")).toList(), false);
    }

    private void handles(LaneGraph graph) {
        owner = graph;
        handles(graph::writer, graph::reader);
    }

    private void handles(Function<String, LaneTx> writer, Function<String, LaneRx> reader) {
        for (int i = 0; i < tx.length; i++) {
            tx[i] = writer.apply("p" + i);
        }
        for (int i = 0; i < rx.length; i++) {
            rx[i] = reader.apply("c" + i);
        }
    }

    private final class Check implements Consumer<DirectBuffer> {
        private final Arrivals arrivals;
        private long difference;

        Check(long first) {
            arrivals = new Arrivals(first);
        }

        @Override
        public void accept(DirectBuffer message) {
            long found = differenceOf(message, arrivals) | message.capacity() ^ Payload.LENGTH;
            difference |= found; // by |= alone the field, read first, would be held while every word is compared
        }
    }

    @Override
    public final void consume(int consumer, long first, int count) {
        LaneRx rx = this.rx[consumer];
        IdleStrategy idle = Sides.whileEmpty();
        Check check = new Check(first);
        int limit = rx.drainLimit();
        long left = (long) count * Sides.PRODUCERS;
        while (left > 0) {
            int drained = rx.drainPayloads(check, limit);
            if (drained == 0) {
                idle.idle();
            } else {
                left -= drained;
                Payload.check(check.difference, (first + count) * Sides.PRODUCERS - left);
                idle.reset();
            }
        }
    }

    /** The lane, where it is one. */
    final Lane lane() {
        return only;
    }

    /** Where its files are; null in memory. */
    final Path directory() {
        return scratch == null ? null : scratch.directory;
    }

    /** Zero if it is the message that had to come next. */
    long differenceOf(DirectBuffer message, Arrivals arrivals) {
        return Payload.difference(message, 0, arrivals.expected(message.getLong(0)));
    }

    @Override
    public final void close() throws Exception {
        owner.close();
        if (scratch != null) {
            scratch.close();
        }
    }
}
