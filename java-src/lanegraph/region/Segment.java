package lanegraph.region;

import static lanegraph.region.JournalDescriptor.FIRST_SEQUENCE_OFFSET;
import static lanegraph.region.JournalDescriptor.LAYOUT_VERSION;
import static lanegraph.region.JournalDescriptor.MAGIC_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORDS_OFFSET;
import static lanegraph.region.JournalDescriptor.SEGMENT_BYTES_OFFSET;
import static lanegraph.region.JournalDescriptor.SEGMENT_MAGIC;
import static lanegraph.region.JournalDescriptor.SEGMENT_POSITION_OFFSET;
import static lanegraph.region.JournalDescriptor.VERSION_OFFSET;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;

/**
 * The memory of one segment of a journal, mapped or of this process. It stays as long as this object is
 * reachable; who uses its addresses keeps it so. Thread-safe: it holds no state beside the memory.
 */
public final class Segment {
    private static final int PAGE = 4096;

    private final ByteBuffer memory;
    private final long address;
    private final long first;

    /** @param memory a direct buffer, whole; what it holds is not looked at */
    Segment(ByteBuffer memory, long first) {
        this.memory = memory;
        this.address = Memory.addressOf(memory);
        this.first = first;
    }

    /** Where the segment begins in memory. */
    public long address() {
        return address;
    }

    /** The position of its first byte. */
    public long first() {
        return first;
    }

    /** Bytes that are there: those of a segment, or fewer where its file was cut and not mended. */
    public int length() {
        return memory.capacity();
    }

    /**
     * True as long as the memory is that of this segment: false once it is being used again for a later one.
     * Loads before the call stay before it.
     */
    public boolean isCurrent() {
        Memory.DIRECT.loadLoadFence(); // what was copied was copied before this look: else it proves nothing
        return Memory.DIRECT.getLongAcquire(address + SEGMENT_POSITION_OFFSET) == first;
    }

    /** The sequence of its first record; -1 if its writer has not begun it. */
    public long firstSequence() {
        return Memory.DIRECT.getLongAcquire(address + FIRST_SEQUENCE_OFFSET) - 1;
    }

    /** Forces these bytes to the disk; nothing in memory. Throws {@code journal/not-forced}. */
    public void force(int offset, int length) {
        if (memory instanceof MappedByteBuffer mapped && length > 0) {
            try {
                mapped.force(offset, length);
            } catch (UncheckedIOException ex) {
                throw JournalRefusal.notForced(first + offset, ex.getCause());
            }
        }
    }

    /** A view of the bytes. */
    ByteBuffer bytes() {
        return memory.duplicate();
    }

    /** Gives the memory back now: for an owner who has lent nothing of it, and who is the only one that knows it. */
    void unmap() {
        Memory.unmap(memory);
    }

    /** Writes the header of a fresh segment whose bytes are all zero. */
    void begin(long segmentBytes) {
        Memory memory = Memory.DIRECT;
        memory.putLong(address + MAGIC_OFFSET, SEGMENT_MAGIC);
        memory.putInt(address + VERSION_OFFSET, LAYOUT_VERSION);
        memory.putLong(address + SEGMENT_BYTES_OFFSET, segmentBytes);
        memory.putLongRelease(address + SEGMENT_POSITION_OFFSET, first);
    }

    /**
     * The same memory as a later segment, empty. From here on {@link #isCurrent()} of this one is false.
     */
    Segment again(long later) {
        Memory memory = Memory.DIRECT;
        Segment next = new Segment(this.memory, later);
        memory.putLongRelease(address + SEGMENT_POSITION_OFFSET, later);
        memory.storeStoreFence(); // who finds a byte of the later segment finds that position as well
        memory.putLong(address + FIRST_SEQUENCE_OFFSET, 0);
        memory.putLongRelease(address + RECORDS_OFFSET, 0);
        return next;
    }

    /** Stores into every page, so that the writer need not wait for the system there. The bytes must be of no use. */
    void touch() {
        for (int offset = PAGE; offset < memory.capacity(); offset += PAGE) {
            Memory.DIRECT.putLong(address + offset, 0);
        }
    }
}
