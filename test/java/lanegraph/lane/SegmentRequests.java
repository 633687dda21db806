package lanegraph.lane;

import java.util.ArrayDeque;
import java.util.Queue;
import lanegraph.region.JournalStore;
import lanegraph.region.Memory;
import lanegraph.region.OwnedSegments;
import lanegraph.region.Segment;

/** A journal's writer and a reader that ask for their next segments, and a thread that brings them, stepped by hand. */
public final class SegmentRequests {
    private final Queue<Runnable> asked = new ArrayDeque<>();
    private final NextSegment next;
    private final SegmentAhead ahead;

    /** @param segments those of the store, or others in their place */
    public SegmentRequests(JournalStore store, OwnedSegments segments) {
        next = new NextSegment(segments, new Retention(segments, store.cells(), Memory.DIRECT, 8, 0), asked::add);
        ahead = new SegmentAhead(segments, asked::add);
    }

    /** The writer needs the segment behind this position. */
    public void ask(long first) {
        next.ask(first);
    }

    /** The writer will soon need it. */
    public void askEarly(long first) {
        next.askEarly(first);
    }

    /** True if it is there. */
    public boolean isReady(long first) {
        return next.behind(first) != null;
    }

    /** The reader will soon need the segment at this position; true if it has it. */
    public boolean askAhead(long first) {
        return ahead.ask(first);
    }

    /** What the reader has of it without a look for it. */
    public Segment takeAhead(long first) {
        return ahead.take(first);
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
