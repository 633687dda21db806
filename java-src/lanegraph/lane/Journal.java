package lanegraph.lane;

import static lanegraph.region.JournalDescriptor.RECORDS_OFFSET;
import static lanegraph.region.JournalDescriptor.WORD_LENGTH;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import lanegraph.LaneGraphException;
import lanegraph.region.JournalCells;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.JournalRefusal;
import lanegraph.region.JournalStore;
import lanegraph.region.Memory;
import lanegraph.region.OwnedSegments;
import lanegraph.region.Segment;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The append-only log that carries a journal lane: what its handles have in common. One writer, and any number
 * of readers that each have a name and a position of their own, which is kept with the journal.
 *
 * <p>The record protocol. The writer stores a record, and a 0 into the word behind it, then the record's
 * commit word with release order; a reader loads the word with acquire order. A segment is left by a word of
 * padding, which is stored when the next one is ready. A segment that every named reader has passed may be
 * used again: readers store their position with release order after their last load from it, the journal's
 * thread loads the positions with acquire order before it touches it. Those without a name look after they
 * have copied: see {@link JournalCursor}.
 *
 * <p>Thread-safe.
 */
public final class Journal implements Lane {
    /** As a first position: the first record that is there. */
    public static final long START = -1;
    /** As a first position: behind the last record. */
    public static final long TAIL = -2;
    /** In memory a journal has at most this many bytes. */
    public static final long MEMORY_BYTES = 64L << 20;
    /** In memory a segment has at most this many bytes: then four of them are there. */
    public static final long MEMORY_SEGMENT_BYTES = 16L << 20;

    final String name;
    final Memory memory;
    final LaneCodec codec;
    final JournalPolicy policy;
    final JournalCells cells;
    final long segmentBytes;
    final int maxLength;
    final Stamps stamps;
    final JournalUpkeep upkeep;
    /** True if the end is known here: the owner has opened it. */
    final boolean ends;
    private final JournalStore store;
    private final OwnedSegments segments;
    private final String writer;
    private final JournalReaders readers;
    private final JournalLook look;
    private final HighWater highWater = new HighWater();

    /**
     * @param name the lane's name, for messages
     * @param writer the owner that may write; null if this process is not the journal's owner
     * @param background false to make segments ready in the writer's own thread, at once: for one that steps
     *     everything by hand
     * @param memory {@link Memory#DIRECT}, or a test's
     * @throws LaneGraphException {@code region/no-space} and others of files, as the end of the journal may
     *     have to be made
     */
    public Journal(String name, JournalStore store, JournalPolicy policy, Codec codec, String writer, boolean background,
            Memory memory) {
        this.name = name;
        this.store = store;
        this.memory = memory;
        this.policy = policy;
        this.writer = writer;
        this.ends = writer != null;
        this.cells = store.cells().through(memory);
        this.segments = store.segments();
        this.readers = new JournalReaders(name, segments, cells);
        this.segmentBytes = segments.segmentBytes();
        this.maxLength = JournalDescriptor.maxLength(segmentBytes);
        this.codec = new LaneCodec(name, store.shape().codec(), codec);
        this.look = new JournalLook(name, segments, cells);
        JournalTail tail = writer == null ? null : JournalTail.find(store, memory);
        long most = policy.mostSegments(segmentBytes, store.directory() == null ? MEMORY_BYTES : Long.MAX_VALUE);
        JournalThread thread = background ? new JournalThread(name) : null;
        this.stamps = new Stamps(tail == null ? 0 : tail.stamp, System::currentTimeMillis, thread);
        this.upkeep = new JournalUpkeep(segments, cells, ends ? policy : null, most, thread, memory);
    }

    /**
     * Makes sure that the owner has a kept position, from now on or from an earlier life; before the first message is
     * written, so that it misses none.
     *
     * @param from where it starts if it has none: {@link #START}, {@link #TAIL} or the position of a record
     * @throws LaneGraphException {@code journal/bad-position}, {@code journal/position-gone}, {@code
     *     journal/missing-segment}, {@code journal/corrupt}, {@code journal/too-many-readers}
     */
    public void register(String owner, long from) {
        readers.register(owner, from);
    }

    /** The segment of this position, which must be one that a record may begin at. */
    Segment segmentAt(long position) {
        long first = JournalDescriptor.segmentOf(position, segmentBytes);
        long offset = position - first;
        boolean possible = position >= 0 && offset % 8 == 0 && offset >= RECORDS_OFFSET
                && offset <= segmentBytes - WORD_LENGTH;
        Segment segment = possible ? segments.find(first) : null;
        if (segment == null) {
            SortedSet<Long> there = segments.firsts(); // only now: it may be a look into a directory
            long start = there.isEmpty() ? 0 : there.first();
            long end = there.isEmpty() ? 0 : there.last() + segmentBytes;
            throw !possible ? JournalRefusal.badPosition(name, position, start, end)
                    : first < start ? JournalRefusal.positionGone(name, position, start, end)
                    : JournalRefusal.missingSegment(name, position, start, end);
        }
        if (segment.length() < segmentBytes) {
            throw JournalRefusal.corrupt(name, first, "file length", segment.length(), segmentBytes);
        }
        return segment;
    }

    @Override
    public LaneTx tx(String owner, boolean dropsWhenFull) {
        checkWriter(owner);
        return new JournalTx(this, dropsWhenFull);
    }

    @Override
    public LaneTx tx(String owner, boolean dropsWhenFull, Trail trail) {
        checkWriter(owner);
        return new NotedJournalTx(this, dropsWhenFull, trail);
    }

    private void checkWriter(String owner) {
        if (!owner.equals(writer)) {
            throw JournalReaders.noSuchOwner("writer", owner, String.valueOf(writer));
        }
    }

    @Override
    public LaneRx rx(String owner) {
        return new JournalRx(this, readers.cell(owner));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String kind() {
        return "journal";
    }

    @Override
    public int capacity() {
        return 0;
    }

    @Override
    public int segments() {
        return segments.firsts().size();
    }

    @Override
    public long bytes() {
        return segments() * segmentBytes + JournalDescriptor.CELLS_LENGTH;
    }

    @Override
    public long produced() {
        return cells.tailSequence();
    }

    /** The sequence that every reader with a kept position has reached; {@link #produced()} if there is none. */
    @Override
    public long consumed() {
        return readers.consumed();
    }

    @Override
    public long lookFrom(int max) {
        return Math.max(0, produced() - max);
    }

    @Override
    public long oldest() {
        return look.oldest();
    }

    @Override
    public int depth() {
        long before = consumed(); // read first: the difference can then be too large, never negative
        return highWater.seen(readers.behind(before));
    }

    @Override
    public SortedMap<String, Integer> depths() {
        return readers.depths();
    }

    /** As each {@link #depth()} has seen it: a journal's writer looks for room in bytes, not in messages. */
    @Override
    public int highWater() {
        return highWater.get();
    }

    @Override
    public long oldestMillis() {
        return readers.oldestMillis();
    }

    @Override
    public int depth(String owner) {
        return readers.depth(owner);
    }

    @Override
    public long dropped() {
        return cells.dropped();
    }

    /** A record that was not committed is cut when the journal is opened: nobody stands before it. */
    @Override
    public long repaired() {
        return 0;
    }

    @Override
    public Object look(long sequence) {
        Sample found = sample(sequence);
        return found == null ? null : codec.decode(new UnsafeBuffer(found.bytes()));
    }

    @Override
    public SampleRx sampleRx() {
        return new SampleRx(codec, false);
    }

    @Override
    public SampleTx sampleTx() {
        return new SampleTx(codec, maxLength, false);
    }

    @Override
    public Sample sample(long sequence) {
        return look.sample(sequence);
    }

    @Override
    public boolean byReference() {
        return false;
    }

    /** The journal's directory; null in memory. */
    @Override
    public Path file() {
        return store.directory();
    }

    @Override
    public long birth() {
        return cells.birth();
    }

    @Override
    public boolean created() {
        return store.created();
    }

    @Override
    public CompletableFuture<Void> close() {
        return upkeep.close();
    }

    @Override
    public void discard() {
        close().handle((done, error) -> done).join();
        readers.freeAdded();
        store.discard();
    }
}
