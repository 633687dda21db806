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
 * Looks whether a reader of a mapped lane of several producers stands before a slot that one of them has claimed and not
 * committed. After 100 ms it tries to {@linkplain Claims repair} it, also where that producer is a client that never
 * returns. For a thread that is none of a role: it takes locks. No role ever waits for it.
 */
final class ClaimWatch {
    private static final long STANDS_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What a reader was seen to stand before, and since when. */
    private record Stand(long sequence, long since) {}

    private final List<Ring> rings;
    private final ClaimRepair repair;
    private final Consumer<Throwable> onError;
    private final Map<Ring, Stand> stands = new HashMap<>();

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
        long sequence = claims.heldUp();
        Stand stand = stands.get(ring);
        if (sequence < 0) {
            stands.remove(ring);
        } else if (stand == null || stand.sequence() != sequence) {
            stands.put(ring, new Stand(sequence, now));
        } else if (now - stand.since() >= STANDS_NS && claims.repair(sequence, repair.locks(ring))) {
            stands.remove(ring);
        }
    }
}
