package lanegraph.region;

import static lanegraph.region.JournalDescriptor.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a journal keeps beside its records: the writer's notes, and the position of each named reader.
 * Thread-safe; a cell's position is stored by its owner alone.
 *
 * <p>Who registers a reader, in whatever process, and who lets segments go do not wait for each other. Each stores
 * what it is about to do, then, behind a full fence, looks at what the other has stored: the one a cell that holds
 * everything and then the horizon ({@link #hold}), the other the horizon and then the cells ({@link #letGo}). So at
 * least one of the two sees the other: either the reader begins at the horizon or behind it, or the segment stays.
 */
public final class JournalCells {
    /** Where a named reader stands: the position of the next record to read, and that record's sequence. */
    public record Kept(long position, long sequence) {}

    /** As a kept position: not found yet. It holds every segment. No record has this position. */
    public static final long EVERYTHING = 0;

    private final ByteBuffer block; // keeps what is at the address alive
    private final Memory memory;
    private final long address;

    /** @param block complete, as {@link #header} begins it */
    JournalCells(ByteBuffer block) {
        this(block, Memory.DIRECT);
    }

    private JournalCells(ByteBuffer block, Memory memory) {
        this.block = block;
        this.memory = memory;
        this.address = Memory.addressOf(block);
    }

    /** The same cells, looked at and changed through this memory, which may be a test's. */
    public JournalCells through(Memory other) {
        return new JournalCells(block, other);
    }

    /** The first bytes of a fresh block; all others are zero. */
    static ByteBuffer header(JournalShape shape) {
        byte[] codec = shape.codec().getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = ByteBuffer.allocate(TAIL_POSITION_OFFSET + Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC_OFFSET, CELLS_MAGIC);
        header.putInt(VERSION_OFFSET, LAYOUT_VERSION);
        header.putInt(CELL_COUNT_OFFSET, CELL_COUNT);
        header.putLong(SEGMENT_BYTES_OFFSET, shape.segmentBytes());
        header.putInt(CODEC_OFFSET, codec.length);
        header.put(CODEC_OFFSET + Integer.BYTES, codec);
        header.putLong(BIRTH_OFFSET, RingHeader.birth());
        header.putLong(TAIL_POSITION_OFFSET, RECORDS_OFFSET);
        return header;
    }

    /** The shape that a header tells; its codec is empty if the header is damaged there. */
    static JournalShape shape(ByteBuffer header) {
        int length = header.getInt(CODEC_OFFSET);
        boolean good = length > 0 && length <= MAX_CODEC_LENGTH;
        byte[] codec = new byte[good ? length : 0];
        header.get(CODEC_OFFSET + Integer.BYTES, codec);
        return new JournalShape(header.getLong(SEGMENT_BYTES_OFFSET), new String(codec, StandardCharsets.UTF_8));
    }

    /** Where the notes and cells begin in memory. */
    public long address() {
        return address;
    }

    /** A number that no other journal has. */
    public long birth() {
        return memory.getLong(address + BIRTH_OFFSET);
    }

    /** The position behind the last record, as the writer noted it last: it may lag by the record just committed. */
    public long tailPosition() {
        return memory.getLongAcquire(address + TAIL_POSITION_OFFSET);
    }

    /** How many records were ever written, as the writer noted it last. */
    public long tailSequence() {
        return memory.getLongAcquire(address + TAIL_SEQUENCE_OFFSET);
    }

    public long dropped() {
        return memory.getLongAcquire(address + DROPPED_OFFSET);
    }

    /** The offset of this owner's cell; -1 if there is none. */
    public int find(String owner) {
        byte[] wanted = owner.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < CELL_COUNT; i++) {
            int cell = cell(i);
            if (state(cell) == CELL_USED && name(cell).equals(ByteBuffer.wrap(wanted))) {
                return cell;
            }
        }
        return -1;
    }

    /**
     * Makes a cell for this owner, who has none, and whose lock the caller holds. Its position is {@link
     * #EVERYTHING}: from the return on, no segment goes that was not below the {@link #horizon} then, until {@link
     * #set} tells how much is needed. One who dies in between leaves it so, under his name: his next life, or
     * {@code forget}, ends it.
     *
     * @return its offset
     * @throws lanegraph.LaneGraphException {@code journal/too-many-readers}
     */
    public int hold(String journal, String owner) {
        byte[] name = owner.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < CELL_COUNT; i++) {
            int cell = cell(i);
            if (memory.compareAndSetLong(address + cell + CELL_STATE_OFFSET, CELL_FREE, CELL_CLAIMED)) {
                memory.putLong(address + cell + CELL_POSITION_OFFSET, EVERYTHING);
                // As one who has read all: a reader that is only on its way makes the lane no deeper.
                memory.putLong(address + cell + CELL_SEQUENCE_OFFSET, tailSequence());
                memory.putInt(address + cell + CELL_NAME_OFFSET, name.length);
                block.put(cell + CELL_NAME_OFFSET + Integer.BYTES, name);
                // Release: who finds the cell in use finds its name, and a position that is not of its last owner.
                memory.putLongRelease(address + cell + CELL_STATE_OFFSET, CELL_USED);
                memory.fullFence(); // the cell before the look at the horizon: see the class
                return cell;
            }
        }
        throw JournalRefusal.tooManyReaders(journal, owner, CELL_COUNT);
    }

    /**
     * Where a new reader may begin at the earliest: what is before is gone, or about to go. To be asked after
     * {@link #hold}.
     */
    public long horizon() {
        return memory.getLongAcquire(address + HORIZON_OFFSET);
    }

    /**
     * For the journal's owner when he opens it: a life before may have ended between a horizon and what became of
     * it.
     */
    public void openHorizon(long first) {
        memory.putLongRelease(address + HORIZON_OFFSET, first);
    }

    /**
     * True if the segment may go now, and for good: no reader needs it, and none that registers will. For the one
     * thread that removes segments, from the oldest on.
     *
     * @param first the position of the oldest segment
     * @param end the position behind it
     */
    public boolean letGo(long first, long end) {
        if (slowest() < end) {
            return false; // the common answer, without a horizon that would turn new readers away for nothing
        }
        memory.putLong(address + HORIZON_OFFSET, end);
        memory.fullFence(); // the horizon before the look at the cells: see the class
        if (slowest() >= end) {
            return true;
        }
        memory.putLongRelease(address + HORIZON_OFFSET, first); // it stays; what is before it has gone
        return false;
    }

    /** Moves the position of a cell whose owner's lock the caller holds, or that nobody uses. */
    public void set(int cell, long position, long sequence) {
        memory.putLongRelease(address + cell + CELL_SEQUENCE_OFFSET, sequence);
        memory.putLongRelease(address + cell + CELL_POSITION_OFFSET, position); // last: see kept
    }

    /** Frees the cell: nothing is kept for its owner any more. */
    public void free(int cell) {
        memory.putLongRelease(address + cell + CELL_STATE_OFFSET, CELL_FREE);
    }

    /** Where every named reader stands. */
    public Map<String, Kept> kept() {
        Map<String, Kept> kept = new TreeMap<>();
        for (int i = 0; i < CELL_COUNT; i++) {
            int cell = cell(i);
            if (state(cell) == CELL_USED) {
                kept.put(StandardCharsets.UTF_8.decode(name(cell)).toString(), kept(cell));
            }
        }
        return kept;
    }

    /** Where the reader of this cell stands. */
    public Kept kept(int cell) {
        // The position first: a reader stores it last, so the sequence is then at most too new.
        long position = memory.getLongAcquire(address + cell + CELL_POSITION_OFFSET);
        return new Kept(position, memory.getLongAcquire(address + cell + CELL_SEQUENCE_OFFSET));
    }

    /** The least kept position; {@code Long.MAX_VALUE} if none is kept. */
    public long slowest() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < CELL_COUNT; i++) {
            int cell = cell(i);
            // One being made does not hold yet: its owner looks at the horizon afterwards.
            if (state(cell) == CELL_USED) {
                least = Math.min(least, memory.getLongAcquire(address + cell + CELL_POSITION_OFFSET));
            }
        }
        return least;
    }

    private long state(int cell) {
        return memory.getLongAcquire(address + cell + CELL_STATE_OFFSET);
    }

    private ByteBuffer name(int cell) {
        int length = memory.getInt(address + cell + CELL_NAME_OFFSET);
        return block.slice(cell + CELL_NAME_OFFSET + Integer.BYTES, Math.max(0, Math.min(length, MAX_NAME_LENGTH)));
    }

    /** Forces the notes and positions to the disk; nothing in memory. */
    public void force() {
        if (block instanceof MappedByteBuffer mapped) {
            mapped.force();
        }
    }
}
