package lanegraph.region;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListMap;

/** The segments of a journal in the memory of this process. */
final class MemorySegments implements OwnedSegments {
    private static final int ALIGNMENT = 128;

    private final long segmentBytes;
    private final SortedMap<Long, Segment> segments = new ConcurrentSkipListMap<>();

    MemorySegments(long segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    @Override
    public long segmentBytes() {
        return segmentBytes;
    }

    @Override
    public SortedSet<Long> firsts() {
        return Collections.unmodifiableSortedSet((SortedSet<Long>) segments.keySet());
    }

    @Override
    public Segment find(long first) {
        return segments.get(first);
    }

    @Override
    public Segment mend(long first) {
        return find(first);
    }

    @Override
    public Segment prepare(long first, long victim) {
        Segment old = segments.remove(victim);
        Segment segment;
        if (old == null) {
            segment = new Segment(allocate(), first);
            segment.begin(segmentBytes);
        } else {
            segment = old.again(first);
        }
        segments.put(first, segment);
        return segment;
    }

    private ByteBuffer allocate() {
        try {
            return ByteBuffer.allocateDirect((int) segmentBytes + ALIGNMENT - 1).alignedSlice(ALIGNMENT)
                    .slice(0, (int) segmentBytes);
        } catch (OutOfMemoryError ex) {
            throw Refusal.noMemory(segmentBytes, ex);
        }
    }

    @Override
    public void remove(long first) {
        segments.remove(first);
    }
}
