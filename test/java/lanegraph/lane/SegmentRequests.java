package lanegraph.lane;

import java.util.ArrayDeque;
import java.util.Queue;
import lanegraph.region.JournalStore;
import lanegraph.region.Memory;

/** A journal's writer that asks for the next segment while the thread that makes it ready is stepped by hand. */
public final class SegmentRequests {
    private final Queue<Runnable> asked = new ArrayDeque<>();
    private final NextSegment next;

    public SegmentRequests(JournalStore store) {
        Retention retention = new Retention(store.segments(), store.cells(), Memory.DIRECT, 8, 0);
        next = new NextSegment(store.segments(), retention, asked::add);
    }

    /** The writer needs the segment behind this position. */
    public void ask(long first) {
        next.ask(first);
    }

    /** True if it is there. */
    public boolean isReady(long first) {
        return next.behind(first) != null;
    }

    /** Does what was asked for; how many askings there were. */
    public int work() {
        int count = asked.size();
        while (!asked.isEmpty()) {
            asked.remove().run();
        }
        return count;
    }
}
