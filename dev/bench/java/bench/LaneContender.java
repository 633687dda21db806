package bench;

import java.nio.file.Path;
import java.util.List;
import lanegraph.lane.Codecs;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.Ring;
import lanegraph.region.Existing;
import lanegraph.region.Memory;
import lanegraph.region.Region;
import lanegraph.region.RingShape;

/** A single-producer events lane, in memory or mapped. */
abstract class LaneContender implements Contender {
    final LaneTx tx;
    final LaneRx rx;

    LaneContender(final int slots) {
        final RingShape shape = new RingShape("events", slots, Payload.LENGTH, "bytes", List.of("p"), List.of("c"));
        final String dir = System.getProperty("bench.dir");
        final Region region = dir == null
                ? Region.inMemory(shape)
                : Region.mapped(Path.of(dir), "lane", shape, Existing.REPLACE);
        final Ring ring = new Ring("lane", region, Codecs.BYTES, false, true, Memory.DIRECT);
        tx = ring.tx("p", false);
        rx = ring.rx("c");
    }
}
