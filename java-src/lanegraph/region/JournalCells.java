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
 */
public final class JournalCells {
    /** Where a named reader stands: the position of the next record to read, and that record's sequence. */
    public record Kept(long position, long sequence) {}

    private final ByteBuffer memory; // keeps the block at the address alive
    private final long address;

    /** @param memory a complete block, as {@link #header} begins it */
    JournalCells(ByteBuffer memory) {
        this.memory = memory;
        this.address = Memory.addressOf(memory);
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

    /** The position behind the last record, as the writer noted it last: it may lag by the record just committed. */
    public long tailPosition() {
        return Memory.DIRECT.getLongAcquire(address + TAIL_POSITION_OFFSET);
    }

    /** How many records were ever written, as the writer noted it last. */
    public long tailSequence() {
        return Memory.DIRECT.getLongAcquire(address + TAIL_SEQUENCE_OFFSET);
    }

    public long dropped() {
        return Memory.DIRECT.getLongAcquire(address + DROPPED_OFFSET);
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
     * Makes a cell for this owner, who has none, and whose lock the caller holds.
     *
     * @return its offset
     * @throws lanegraph.LaneGraphException {@code journal/too-many-readers}
     */
    public int add(String journal, String owner, long position, long sequence) {
        byte[] name = owner.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < CELL_COUNT; i++) {
            int cell = cell(i);
            if (Memory.DIRECT.compareAndSetLong(address + cell + CELL_STATE_OFFSET, CELL_FREE, CELL_CLAIMED)) {
                Memory.DIRECT.putLong(address + cell + CELL_POSITION_OFFSET, position);
                Memory.DIRECT.putLong(address + cell + CELL_SEQUENCE_OFFSET, sequence);
                Memory.DIRECT.putInt(address + cell + CELL_NAME_OFFSET, name.length);
                memory.put(cell + CELL_NAME_OFFSET + Integer.BYTES, name);
                // Release: who finds the cell in use finds its name and position.
                Memory.DIRECT.putLongRelease(address + cell + CELL_STATE_OFFSET, CELL_USED);
                return cell;
            }
        }
        throw JournalRefusal.tooManyReaders(journal, owner, CELL_COUNT);
    }

    /** Moves the position of a cell whose owner's lock the caller holds, or that nobody uses. */
    public void set(int cell, long position, long sequence) {
        Memory.DIRECT.putLongRelease(address + cell + CELL_SEQUENCE_OFFSET, sequence);
        Memory.DIRECT.putLongRelease(address + cell + CELL_POSITION_OFFSET, position); // last: see kept
    }

    /** Frees the cell: nothing is kept for its owner any more. */
    public void free(int cell) {
        Memory.DIRECT.putLongRelease(address + cell + CELL_STATE_OFFSET, CELL_FREE);
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
        long position = Memory.DIRECT.getLongAcquire(address + cell + CELL_POSITION_OFFSET);
        return new Kept(position, Memory.DIRECT.getLongAcquire(address + cell + CELL_SEQUENCE_OFFSET));
    }

    /** The least kept position; {@code Long.MAX_VALUE} if none is kept. */
    public long slowest() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < CELL_COUNT; i++) {
            int cell = cell(i);
            if (state(cell) != CELL_FREE) { // one being made: its position is not known yet, so nothing may go
                least = Math.min(least, state(cell) == CELL_USED
                        ? Memory.DIRECT.getLongAcquire(address + cell + CELL_POSITION_OFFSET) : 0);
            }
        }
        return least;
    }

    private long state(int cell) {
        return Memory.DIRECT.getLongAcquire(address + cell + CELL_STATE_OFFSET);
    }

    private ByteBuffer name(int cell) {
        int length = Memory.DIRECT.getInt(address + cell + CELL_NAME_OFFSET);
        return memory.slice(cell + CELL_NAME_OFFSET + Integer.BYTES, Math.max(0, Math.min(length, MAX_NAME_LENGTH)));
    }

    /** Forces the notes and positions to the disk; nothing in memory. */
    public void force() {
        if (memory instanceof MappedByteBuffer mapped) {
            mapped.force();
        }
    }
}
