package lanegraph.region;

/**
 * Where everything stands in the region of a ring. Little-endian; offsets in bytes from the region's start.
 *
 * <pre>
 *      0  +---------------------------------------------------------------+
 *         | magic "LANERING" (8)                                          |
 *      8  | layout version (4)            | kind (4)                      |
 *     16  | slots (4)                     | slot bytes (4)                |
 *     24  | producers (4)                 | cursors (4)                   |
 *     32  | byte length of the region (8)                                 |
 *     40  | state (8): 1 = complete; stored last                          |
 *     48  | shape hash, SHA-256 (32)                                      |
 *     80  | birth (8): random, another one each time a ring is made       |
 *         | zero                                                          |
 *    128  +---------------------------------------------------------------+
 *         | shared tail (8): the next sequence to claim, many producers   |
 *         | zero                                                          |
 *    256  +---------------------------------------------------------------+
 *         | producer cells, 256 bytes each                                |
 *         +---------------------------------------------------------------+
 *         | cursor cells, 256 bytes each                                  |
 *         +---------------------------------------------------------------+
 *         | slots from here, a multiple of 64: stride = slot bytes + 8    |
 *         |   commit word (8) | payload (slot bytes)                      |
 *         +---------------------------------------------------------------+
 *
 * A cell (two times 128 bytes, so that what different threads write never shares a line or a pair of lines):
 *
 *      0  | producer: messages dropped (8)   cursor: next sequence to read (8)
 *      8  | producer: intent + 1 (8), kept by mapped lanes of many producers; 0 = none; negative = it died, and will not commit that
 *     16  | producer: slots repaired (8); in all cells together, each once
 *    128  | length of the owner's name (4), the name in UTF-8 (up to 120)
 * </pre>
 *
 * <p>Commit word: (sequence + 1) in the upper 48 bits, the payload's length in the lower 16; a length of
 * 0xFFFF is a slot to skip. A fresh region is zero, and no sequence has the word zero.
 */
public final class RingDescriptor {
    /** {@code LANERING} as the little-endian bytes of a long. */
    public static final long MAGIC = 0x474E4952454E414CL;

    public static final int LAYOUT_VERSION = 1;

    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 8;
    public static final int KIND_OFFSET = 12;
    public static final int SLOTS_OFFSET = 16;
    public static final int SLOT_BYTES_OFFSET = 20;
    public static final int PRODUCERS_OFFSET = 24;
    public static final int CURSORS_OFFSET = 28;
    public static final int LENGTH_OFFSET = 32;
    public static final int STATE_OFFSET = 40;
    public static final int HASH_OFFSET = 48;
    public static final int HASH_LENGTH = 32;
    public static final int BIRTH_OFFSET = 80;
    public static final int TAIL_OFFSET = 128;
    public static final int CELLS_OFFSET = 256;

    public static final long STATE_COMPLETE = 1;

    public static final int CELL_LENGTH = 256;
    public static final int CELL_DROPPED_OFFSET = 0;
    public static final int CELL_POSITION_OFFSET = 0;
    public static final int CELL_INTENT_OFFSET = 8;
    public static final int CELL_REPAIRED_OFFSET = 16;
    public static final int CELL_NAME_OFFSET = 128;
    public static final int MAX_NAME_LENGTH = 120;

    public static final int WORD_LENGTH = 8;
    public static final int LENGTH_BITS = 16;
    public static final int LENGTH_MASK = 0xFFFF;
    public static final int SKIP_LENGTH = 0xFFFF;

    private RingDescriptor() {}

    /** Bytes from one slot to the next. */
    public static int stride(final int slotBytes) {
        return slotBytes + WORD_LENGTH;
    }

    public static int producerCell(final int index) {
        return CELLS_OFFSET + index * CELL_LENGTH;
    }

    public static int cursorCell(final RingShape shape, final int index) {
        return producerCell(shape.producers().size() + index);
    }

    public static int slotsOffset(final RingShape shape) {
        return cursorCell(shape, shape.cursors().size());
    }

    /** Bytes of the whole region. */
    public static long length(final RingShape shape) {
        return slotsOffset(shape) + (long) shape.slots() * stride(shape.slotBytes());
    }

    /** The word of the message of this sequence and length in bytes; the sequence counts modulo 2^48. */
    public static long word(final long sequence, final int length) {
        return (sequence + 1) << LENGTH_BITS | length;
    }

    /** The payload's length in bytes, or {@link #SKIP_LENGTH}. */
    public static int lengthOf(final long word) {
        return (int) word & LENGTH_MASK;
    }

    /**
     * True if the word was committed for exactly this sequence (modulo 2^48): a word of another lap never
     * passes.
     */
    public static boolean bears(final long word, final long sequence) {
        return word >>> LENGTH_BITS == (sequence + 1 & -1L >>> LENGTH_BITS);
    }

    /** The payload's length, or {@link #SKIP_LENGTH}, if the word {@linkplain #bears bears} this sequence; else below 0. */
    public static int lengthIf(final long word, final long sequence) {
        final long rest = word - word(sequence, 0); // in its upper 48 bits the difference of the sequences, modulo 2^48
        return rest >>> LENGTH_BITS == 0 ? (int) rest : -1;
    }

    /** True if the word was committed for this sequence or a later one (less than 2^47 later). */
    public static boolean reached(final long word, final long sequence) {
        return word - word(sequence, 0) >= 0; // a difference, so that it holds across 2^48
    }

    /** The code in the header for a kind of lane: 1, 2, 3; 0 if the kind is none that a ring carries. */
    public static int kindCode(final String kind) {
        return switch (kind) {
            case "events" -> 1;
            case "fanout-broadcast" -> 2;
            case "sequenced-slots" -> 3;
            default -> 0;
        };
    }
}
