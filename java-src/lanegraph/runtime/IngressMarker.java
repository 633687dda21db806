package lanegraph.runtime;

import java.util.List;
import lanegraph.lane.Marker;
import lanegraph.lane.Marks;

/**
 * Marks messages that come in from outside: each one, as long as they are few, else one of several, at random distances, so
 * that nothing regular in the messages meets something regular here. Each mark stands for as many messages as one was chosen
 * from.
 */
final class IngressMarker extends Marker {
    /** Up to so many between two looks are all marked. */
    private static final int ALL = 64;
    /** Of more: with fewer marks between two looks it marks more, with more it marks fewer. */
    private static final int FEW = 4;
    private static final int MANY = 16;
    /** With so many since the last look it does not wait for the next one to mark fewer. */
    static final int BURST = 128;
    private static final int MAX_EVERY = 1 << 16;

    private final Way way;
    private final Marks[] readers;
    private long random = System.nanoTime() | 1;
    private volatile boolean on = true;
    private volatile int made;
    private int looked;
    private volatile int every = 1;
    /** What the next mark stands for: what it is chosen from, at the time it is chosen. */
    private volatile int weight = 1;

    IngressMarker(Way way, List<Marks> readers) {
        this.way = way;
        this.readers = readers.toArray(Marks[]::new);
    }

    @Override
    protected long first() {
        return 0;
    }

    @Override
    protected void publishing(long number, long position) {
        if (!on) {
            aim(NONE);
            return;
        }
        long now = System.nanoTime();
        for (Marks reader : readers) {
            reader.add(position, now, now, weight, way);
        }
        int marks = made + 1;
        made = marks;
        int among = every;
        if (marks % BURST == 0 && marks - looked >= BURST && among < MAX_EVERY) {
            among *= 2;
            every = among;
        }
        weight = among;
        aim(number + distance(among));
    }

    /** From 1 to 2n - 1: n on average. */
    private long distance(int n) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return 1 + (random >>> 1) % (2L * n - 1);
    }

    /** Now and then, on another thread: how many it marks follows how many there were since the last look. */
    void look() {
        int marks = made;
        int since = marks - looked;
        looked = marks;
        int among = every;
        if (since == 0) {
            every = 1;
            weight = 1;
            aim(0); // few messages, or none: the next one is marked, however far the next mark would have been
        } else if (since > (among == 1 ? ALL : MANY) && among < MAX_EVERY) {
            every = among * 2;
        } else if (since < FEW && among > 1) {
            every = among / 2;
        }
    }

    void off() {
        on = false;
    }
}
