package lanegraph.lane;

import static lanegraph.region.RingDescriptor.TAIL_OFFSET;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import lanegraph.region.Memory;
import lanegraph.region.Region;
import lanegraph.region.RingDescriptor;
import lanegraph.region.RingShape;

/**
 * The rings of one test, which its states use in turn: to make one takes longer than a test. A state begins with a ring as it
 * was made, all zero. A ring comes back when as many states as there are rings have been made after it, and that is long after
 * its state is done, as long as fewer than half as many live at once: {@code bin/jcstress} sees to that.
 *
 * <p>Thread-safe.
 */
final class Rings {
    static final int COUNT = 4096;

    private final Ring[] rings = new Ring[COUNT];
    private final AtomicInteger next = new AtomicInteger();
    private final int slotsAt;

    /** Rings of so many slots, with producers p0, p1 … and cursors c0, c1 … */
    Rings(int slots, int producers, int cursors, boolean byReference) {
        RingShape shape = new RingShape("fanout-broadcast", slots, Messages.LENGTH, "bytes", names("p", producers),
                names("c", cursors));
        slotsAt = RingDescriptor.slotsOffset(shape);
        for (int i = 0; i < COUNT; i++) {
            rings[i] = new Ring("ring", Region.inMemory(shape), Codecs.BYTES, byReference, false, Memory.DIRECT);
        }
    }

    /** Rings of two slots that carry bytes. */
    Rings(int producers, int cursors) {
        this(2, producers, cursors, false);
    }

    private static List<String> names(String kind, int count) {
        return List.of("0", "1", "2").subList(0, count).stream().map(i -> kind + i).toList();
    }

    /** A ring as new. */
    Ring next() {
        Ring ring = rings[next.getAndIncrement() & COUNT - 1];
        long start = ring.region().address();
        Memory.DIRECT.putLong(start + TAIL_OFFSET, 0);
        for (int at = RingDescriptor.CELLS_OFFSET; at < slotsAt; at += RingDescriptor.CELL_LENGTH) {
            clear(start + at, 3 * Long.BYTES);
        }
        clear(start + slotsAt, ring.slots * ring.stride);
        if (ring.values != null) {
            Arrays.fill(ring.values, null);
        }
        return ring;
    }

    private static void clear(long from, int bytes) {
        for (long at = from; at < from + bytes; at += Long.BYTES) {
            Memory.DIRECT.putLong(at, 0);
        }
    }
}
