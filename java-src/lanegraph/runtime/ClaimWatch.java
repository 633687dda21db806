package lanegraph.runtime;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lanegraph.lane.Claims;
import lanegraph.lane.Lane;
import lanegraph.lane.Ring;

/**
 * Looks for slots of mapped lanes of several producers that one of these has claimed and does not commit: all readers come
 * to stand before such a slot. After 100 ms it tries to {@linkplain Claims repair} it, also where that producer is a client
 * that never returns. For a thread that is none of a role: it takes locks. No role ever waits for it.
 */
final class ClaimWatch {
    private static final long OPEN_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** All before this sequence was seen to be committed; since when it is seen to be claimed, and is not. */
    private record Open(long sequence, long since) {}

    private final List<Ring> rings;
    private final ClaimRepair repair;
    private final Consumer<Throwable> onError;
    private final Map<Ring, Open> opens = new HashMap<>();

    /**
     * @param lanes those of the graph; others than mapped rings of several producers are left out
     * @param onError told what goes wrong: the next look may find it mended
     */
    ClaimWatch(Path directory, Collection<Lane> lanes, Consumer<Throwable> onError) {
        this.rings = lanes.stream().filter(ClaimRepair::mayNeed).map(Ring.class::cast).toList();
        this.repair = new ClaimRepair(directory);
        this.onError = onError;
    }

    /** To be called several times a second. */
    void look() {
        for (Ring ring : rings) {
            try {
                look(ring, System.nanoTime());
            } catch (RuntimeException | InternalError ex) { // of files and locks; of this lane's file, which was cut short
                onError.accept(ex);
            }
        }
    }

    private void look(Ring ring, long now) {
        Claims claims = new Claims(ring);
        Open before = opens.get(ring);
        long sequence = claims.firstOpen(before == null ? 0 : before.sequence()); // each slot is looked at once a lap
        if (before == null || before.sequence() != sequence || !claims.isClaimed(sequence)) {
            opens.put(ring, new Open(sequence, now));
        } else if (now - before.since() >= OPEN_NS) {
            claims.repair(sequence, repair.locks(ring));
        }
    }
}
