package lanegraph.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.Origin;

/**
 * The lanes of a role. The handles belong to its thread.
 *
 * @param reads the lane behind {@code rx}; null if it is several
 * @param tx where results go; null for a router, and for a consumer, whose messages end here
 * @param router where the messages of a router go; else null
 * @param deadLetters the lane of on-error, or null
 * @param origin is told of what is published from where
 * @param resumed how many results of the first message are in {@code tx} already
 */
record RoleLanes(String reads, LaneRx rx, LaneTx tx, Router router, LaneTx deadLetters, Origin origin, int resumed) {
    /** The handle that writes this lane, which is one of them. */
    LaneTx writer(String lane) {
        if (tx != null && tx.lane().equals(lane)) {
            return tx;
        }
        LaneTx output = router == null ? null : router.output(lane);
        return output == null ? deadLetters : output;
    }

    /** All handles that write. */
    List<LaneTx> writers() {
        Stream<LaneTx> routed = router == null ? Stream.empty() : Arrays.stream(router.outputs);
        return Stream.concat(routed, Stream.of(tx, deadLetters)).filter(Objects::nonNull).toList();
    }

    /** After this nothing can be written; what was read can still be released. Any thread. */
    void closeWriters() {
        writers().forEach(LaneTx::close);
    }
}
