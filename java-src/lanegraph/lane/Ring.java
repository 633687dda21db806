package lanegraph.lane;

import static lanegraph.region.RingDescriptor.CELL_DROPPED_OFFSET;
import static lanegraph.region.RingDescriptor.CELL_POSITION_OFFSET;
import static lanegraph.region.RingDescriptor.CELL_REPAIRED_OFFSET;
import static lanegraph.region.RingDescriptor.SKIP_LENGTH;
import static lanegraph.region.RingDescriptor.TAIL_OFFSET;
import static lanegraph.region.RingDescriptor.WORD_LENGTH;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.region.Memory;
import lanegraph.region.Region;
import lanegraph.region.RingDescriptor;
import lanegraph.region.RingShape;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The sequenced ring of fixed slots that carries events, fanout and sequenced-slots lanes: what its handles
 * have in common, and what tools may look at from any thread without a cursor.
 *
 * <p>The slot protocol. A producer writes the payload, then stores the slot's commit word with release order;
 * a reader loads the word with acquire order and compares the whole sequence in it. So the message and its
 * flag travel in the same cache lines, nobody reads a producer's counter on the way, and a word of an earlier
 * lap never passes. A slot may be written again when every cursor has passed it: a reader stores its cursor
 * with release order after its last load from the slot, a producer loads the cursors with acquire order
 * before its first store there.
 *
 * <p>Objects by reference stand in an array instead, slot by slot. Where there is one producer, the shared tail tells which
 * are there, and no words do: {@link ReferenceTx}. Where there are many, words do, as with bytes.
 */
public final class Ring implements Lane {
    private static final int MAX_DRAIN = 256;
    private static final int BLOCK = 16;
    private static final int BLOCK_OF_REFERENCES = 64;
    /** A ring of fewer blocks keeps its last messages to be looked at. */
    private static final int MIN_BLOCKS = 16;

    final String name;
    final Region region;
    final Memory memory;
    final LaneCodec codec;
    final Object[] values;
    final boolean retain;
    final int slots;
    final int slotBytes;
    final int stride;
    final int mask;
    final long base;
    final long tailAddress;
    /** How many slots a single producer may touch before it writes the first of them; 1 if it touches none. */
    final int block;
    /** Whether words tell which messages are there; if not, the tail does, which the one producer stores. */
    private final boolean bearsWords;
    private final RingShape shape;
    private final long[] cursorAddresses;
    private final HighWater highWater = new HighWater();
    private final FirstSeen firstSeen = new FirstSeen();

    /**
     * @param name the lane's name, for messages
     * @param region holds the ring; its shape must fit every owner that asks for a handle
     * @param codec of the lane's values
     * @param byReference true to carry objects in an array of this ring, beside the region; every handle must
     *     then come from this ring
     * @param retain by reference: false to let the reader of a lane with one cursor null what it has taken
     * @param memory {@link Memory#DIRECT}, or a test's
     * @throws LaneGraphException {@code lane/corrupt} if the region was attached and a position in it cannot be true
     */
    public Ring(
            String name,
            Region region,
            Codec codec,
            boolean byReference,
            boolean retain,
            Memory memory) {
        this.name = name;
        this.region = region;
        this.memory = memory;
        this.shape = region.shape();
        this.codec = new LaneCodec(name, shape.codec(), codec);
        this.slots = shape.slots();
        this.slotBytes = shape.slotBytes();
        this.stride = RingDescriptor.stride(slotBytes);
        this.mask = slots - 1;
        this.base = region.address() + RingDescriptor.slotsOffset(shape);
        this.tailAddress = region.address() + TAIL_OFFSET;
        this.values = byReference ? new Object[slots] : null;
        this.bearsWords = !byReference || shape.manyProducers();
        int block = bearsWords ? BLOCK : BLOCK_OF_REFERENCES;
        this.block = slots < MIN_BLOCKS * block || shape.manyProducers() ? 1 : block;
        this.retain = retain || shape.cursors().size() > 1;
        this.cursorAddresses = new long[shape.cursors().size()];
        for (int i = 0; i < cursorAddresses.length; i++) {
            cursorAddresses[i] = region.address() + RingDescriptor.cursorCell(shape, i) + CELL_POSITION_OFFSET;
        }
        if (!region.created()) {
            RingPositions.check(this);
        }
    }

    @Override
    public LaneTx tx(String owner, boolean dropsWhenFull) {
        long cell = region.address() + region.producerCell(owner);
        return !bearsWords ? new ReferenceTx(this, cell, dropsWhenFull)
                : !shape.manyProducers() ? new SingleProducerTx(this, cell, dropsWhenFull, null)
                : region.file() == null ? new ManyProducersTx(this, cell, dropsWhenFull)
                : new IntentTx(this, cell, dropsWhenFull);
    }

    @Override
    public LaneTx tx(String owner, boolean dropsWhenFull, Trail trail) {
        long cell = region.address() + region.producerCell(owner);
        return shape.manyProducers()
                ? new NotedManyTx(this, cell, dropsWhenFull, trail)
                : new SingleProducerTx(this, cell, dropsWhenFull, trail);
    }

    @Override
    public LaneRx rx(String owner) {
        return rxOfAll(List.of(owner));
    }

    /** The one reader behind the cursors of these owners, which it moves together; otherwise as {@link #tx}. */
    public LaneRx rxOfAll(List<String> owners) {
        long[] cursors = owners.stream()
                .mapToLong(owner -> region.address() + region.cursorCell(owner) + CELL_POSITION_OFFSET)
                .toArray();
        return bearsWords ? new RingRx(this, cursors) : new ReferenceRx(this, cursors);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String kind() {
        return shape.kind();
    }

    @Override
    public int capacity() {
        return slots;
    }

    @Override
    public int segments() {
        return 0;
    }

    @Override
    public long bytes() {
        return RingDescriptor.length(shape);
    }

    public RingShape shape() {
        return shape;
    }

    @Override
    public SampleRx sampleRx() {
        return new SampleRx(codec, byReference());
    }

    @Override
    public SampleTx sampleTx() {
        return new SampleTx(codec, slotBytes, byReference());
    }

    @Override
    public boolean byReference() {
        return values != null;
    }

    /** The region that holds the ring's bytes. */
    public Region region() {
        return region;
    }

    @Override
    public Path file() {
        return region.file();
    }

    @Override
    public long birth() {
        return region.birth();
    }

    @Override
    public boolean created() {
        return region.created();
    }

    @Override
    public CompletableFuture<Void> close() {
        region.close();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void discard() {
        region.discard();
    }

    @Override
    public long consumed() {
        return slowest();
    }

    @Override
    public long produced() {
        if (shape.manyProducers() || !bearsWords) {
            return memory.getLongAcquire(tailAddress);
        }
        long low = slowest();
        long high = low + slots;
        while (low < high) {
            // Below the tail every slot bears its sequence, or a later one if a writer has lapped this loop;
            // from the tail on none does. "Or a later one" keeps the answer from falling behind what was
            // written when the call began.
            long middle = low + high >>> 1;
            if (RingDescriptor.reached(memory.getLongAcquire(slot(middle)), middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public long lookFrom(int max) {
        return slowest();
    }

    @Override
    public long oldest() {
        long consumed = slowest(); // read first: what it frees is then written later
        if (!retain && values != null) {
            return consumed; // what was taken is gone at once
        }
        long lap = produced() - slots;
        boolean full = lap == consumed; // then nobody writes there; else a single producer may have begun to
        return Math.max(0, shape.manyProducers() || full ? lap : lap + 1);
    }

    @Override
    public int depth() {
        long before = slowest(); // read first: the difference can then be too large, never negative
        return highWater.seen((int) Math.min(slots, produced() - before));
    }

    @Override
    public int depth(String owner) {
        long cell = region.address() + region.cursorCell(owner);
        long before = memory.getLongAcquire(cell + CELL_POSITION_OFFSET); // read first, as above
        return (int) Math.min(slots, produced() - before);
    }

    @Override
    public SortedMap<String, Integer> depths() {
        SortedMap<String, Integer> depths = new TreeMap<>();
        shape.cursors().forEach(owner -> depths.put(owner, depth(owner)));
        return depths;
    }

    @Override
    public int highWater() {
        return highWater.get();
    }

    /** Slots keep no times: when somebody first looked who saw it. */
    @Override
    public long oldestMillis() {
        long oldest = slowest(); // read first: the other is never behind it then
        return firstSeen.look(oldest, produced(), System.currentTimeMillis());
    }

    @Override
    public long dropped() {
        return sum(CELL_DROPPED_OFFSET);
    }

    @Override
    public long repaired() {
        return sum(CELL_REPAIRED_OFFSET);
    }

    private long sum(int offset) {
        long sum = 0;
        for (int i = 0; i < shape.producers().size(); i++) {
            sum += memory.getLongAcquire(region.address() + RingDescriptor.producerCell(i) + offset);
        }
        return sum;
    }

    @Override
    public Object look(long sequence) {
        Sample found = sample(sequence);
        if (found == null || found.value() != null) {
            return found == null ? null : found.value();
        }
        return codec.decode(new UnsafeBuffer(found.bytes()));
    }

    @Override
    public Sample sample(long sequence) {
        if (!bearsWords) {
            return referenceSample(sequence);
        }
        long slot = slot(sequence);
        long word = memory.getLongAcquire(slot);
        int length = RingDescriptor.lengthOf(word);
        if (sequence < 0 || !RingDescriptor.bears(word, sequence) || length == SKIP_LENGTH) {
            return null;
        }
        if (values != null) {
            Object value = values[(int) sequence & mask];
            return value != null && untouched(sequence) ? new Sample(sequence, sequence, value, null) : null;
        }
        byte[] copy = new byte[length];
        UnsafeBuffer view = new UnsafeBuffer(copy);
        view.putBytes(0, new UnsafeBuffer(slot + WORD_LENGTH, length), 0, length);
        return untouched(sequence) ? new Sample(sequence, sequence, null, copy) : null;
    }

    private Sample referenceSample(long sequence) {
        if (sequence < 0 || sequence >= produced()) {
            return null;
        }
        Object value = values[(int) sequence & mask];
        return value != null && untouched(sequence) ? new Sample(sequence, sequence, value, null) : null;
    }

    /**
     * True if nobody had begun to overwrite this sequence's slot before the call. Its word alone does not
     * prove that: the next lap stores its payload before its word. But the next lap's message in this slot
     * comes after the one before its {@link #block}. A single producer commits that one, then passes a store-store
     * fence, before it touches this block: so the slot before the block must still bear the sequence before. (That it
     * does not bear the next lap's would prove less: it may bear a later lap's.) Many producers move the tail
     * beyond this slot's next sequence first, by a compare-and-set. By reference a single producer's tail tells what it has
     * committed.
     */
    private boolean untouched(long sequence) {
        memory.loadLoadFence(); // the copy's loads stay before the check
        if (slowest() <= sequence) {
            return true; // a reader has yet to pass it, so no producer may touch it: the oldest message of a full lane
        }
        if (shape.manyProducers()) {
            return memory.getLongAcquire(tailAddress) <= sequence + slots;
        }
        if (!bearsWords) {
            return memory.getLongAcquire(tailAddress) < sequence + slots; // what it has touched is null
        }
        long before = (sequence & -block) - 1;
        return RingDescriptor.bears(memory.getLongAcquire(slot(before)), before);
    }

    long slot(long sequence) {
        return base + (sequence & mask) * stride;
    }

    /** The sequences below it have room, for a writer that stands at this one. */
    long limit(long sequence) {
        long slowest = slowest();
        highWater.seen((int) (sequence - slowest));
        return slowest + slots;
    }

    int drainLimit() {
        return Math.max(1, Math.min(MAX_DRAIN, slots / 4));
    }

    /** True if its writer and its cursors are more than the cores: then some who have them may share one. */
    boolean isCrowded() {
        return cursorAddresses.length + 1 > Runtime.getRuntime().availableProcessors();
    }

    /** Where each reader stands. */
    LongStream cursors() {
        return LongStream.of(cursorAddresses).map(memory::getLongAcquire);
    }

    /** The least of all cursors. */
    long slowest() {
        long least = memory.getLongAcquire(cursorAddresses[0]);
        for (int i = 1; i < cursorAddresses.length; i++) { // mostly there is one: then writers have no loop compiled in
            least = Math.min(least, memory.getLongAcquire(cursorAddresses[i]));
        }
        return least;
    }

    LaneGraphException tooLarge(int length) {
        return new LaneGraphException(Category.INCORRECT, "lane/too-large",
                "lane " + name + ": a message of " + length + " bytes, but its slots hold " + slotBytes
                        + "; give the lane a larger slot-bytes or make the message smaller. Nothing was written.",
                Map.of("lane", name, "length", length, "slot-bytes", slotBytes));
    }

    LaneGraphException badLength(int length) {
        return length > slotBytes
                ? tooLarge(length)
                : new LaneGraphException(Category.INCORRECT, "lane/bad-length",
                        "lane " + name + ": a message of " + length + " bytes; expected 0 to " + slotBytes,
                        Map.of("lane", name, "length", length, "slot-bytes", slotBytes));
    }

    /** A view to lend. */
    SlotView view() {
        return new SlotView(region, slotBytes);
    }

    LaneGraphException carriesObjects() {
        return LaneErrors.carriesObjects(name);
    }
}
