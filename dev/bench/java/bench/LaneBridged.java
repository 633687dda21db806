package bench;

import java.nio.file.Path;
import java.util.List;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.Origin;
import lanegraph.lane.Trail;
import lanegraph.region.Existing;
import lanegraph.region.Memory;
import lanegraph.region.RoleFile;
import org.agrona.concurrent.IdleStrategy;

/**
 * The producer writes each message into a lane of its own and copies it from there into the consumer's, as a bridge does, in
 * one thread: with {@code bench.notes} it notes where each comes from, as a role on mapped lanes does.
 */
final class LaneBridged extends LaneContender {
    private static final boolean NOTES = Boolean.getBoolean("bench.notes");

    private final LaneTx in;
    private final LaneRx from;
    private final LaneTx out;

    LaneBridged(int slots) {
        super(slots);
        Lane before = Lanes.oneEach("before", slots, directory());
        in = before.tx("p0", false);
        from = before.rx("c0");
        out = NOTES ? lane().tx("p0", false, trail(directory(), from)) : tx[0];
    }

    private static Trail trail(Path dir, LaneRx from) {
        List<String> pairs = List.of("before > lane");
        return new Trail(RoleFile.open(dir, "bridge", pairs, Existing.REPLACE), pairs, new Origin(from), Memory.DIRECT);
    }

    @Override
    public void produce(int producer, long first, int count) {
        IdleStrategy idle = Sides.whileFull();
        int limit = from.drainLimit();
        for (int i = 0; i < count; i++) {
            Payload.write(in.claim(), 0, Payload.id(producer, first + i));
            in.commit(Payload.LENGTH); // there is room: what was written before has been read
            from.peek();
            while (!out.forward(from)) {
                idle.idle();
            }
            from.advance();
            if (i % limit == limit - 1) {
                from.release();
            }
        }
        from.release();
    }
}
