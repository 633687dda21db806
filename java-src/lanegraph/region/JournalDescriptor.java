package lanegraph.region;

/**
 * Where everything stands in the files of a journal. Little-endian; offsets in bytes.
 *
 * <p>A <em>position</em> is an absolute byte position in the journal, in a long. Segment k begins at position k ·
 * segment bytes and bears that number as its name, {@code <20 digits>.seg}; its header counts as well, so a position
 * divided by the segment bytes tells the segment and the offset in it.
 *
 * <p>A segment:
 *
 * <pre>
 *      0  +---------------------------------------------------------------+
 *         | magic "LANESEGM" (8)                                          |
 *      8  | layout version (4)            | zero (4)                      |
 *     16  | segment bytes (8)                                             |
 *     24  | position of the segment (8); the first to change when the     |
 *         | file is used again for a later segment                        |
 *     32  | sequence of the first record + 1 (8); 0 = not begun           |
 *         | zero                                                          |
 *    128  +---------------------------------------------------------------+
 *         | records, each at a multiple of 8                              |
 *         +---------------------------------------------------------------+
 * </pre>
 *
 * <p>A record:
 *
 * <pre>
 *      0  | commit word (8); 0 = nothing is here yet; stored last, with release order
 *      8  | position of this record (8)
 *     16  | sequence (8): records are counted from 0
 *     24  | stamp (8): milliseconds since 1970, never less than the one before; at most 10 ms before it was written
 *     32  | payload, then up to 7 bytes of no meaning
 * </pre>
 *
 * <p>Commit word of a message: in the lower 32 bits the type in 4 bits and the payload's length in 28, in the
 * upper 32 the CRC32C of the bytes from 8 to the end of the payload, exclusive-or the lower 32 bits. Of
 * padding, which leads to the next segment and is the word alone: the type below, a hash of its position
 * above. The word behind the last record is 0: the writer stores that 0 before it commits the record, so
 * nobody ever takes old bytes for a record. For this every segment keeps 8 bytes behind its last record.
 *
 * <p>The cells, one file {@code journal.cells} beside the segments:
 *
 * <pre>
 *      0  +---------------------------------------------------------------+
 *         | magic "LANEJRNL" (8)                                          |
 *      8  | layout version (4)            | number of reader cells (4)    |
 *     16  | segment bytes (8)                                             |
 *     24  | length of the codec's name (4), the name in UTF-8 (up to 92)  |
 *    120  | birth (8): random, another one each time a journal is made    |
 *    128  +---------------------------------------------------------------+
 *         | position behind the last record (8): the writer's note        |
 *    136  | number of records ever written (8): the writer's note         |
 *    144  | messages dropped (8)                                          |
 *         | zero                                                          |
 *    192  | horizon (8): no new reader may begin before this position     |
 *         | zero                                                          |
 *    256  +---------------------------------------------------------------+
 *         | reader cells, 256 bytes each                                  |
 *         +---------------------------------------------------------------+
 *
 * A reader cell (two times 128 bytes, so that what different threads write never shares a line or a pair of lines):
 *
 *      0  | kept position (8); 0 = being looked for, so that nothing may go
 *      8  | sequence of the record at that position (8)
 *    128  | state (8): 0 = free, 1 = being made, 2 = in use
 *    136  | length of the owner's name (4), the name in UTF-8 (up to 112)
 * </pre>
 */
public final class JournalDescriptor {
    /** {@code LANESEGM} as the little-endian bytes of a long. */
    public static final long SEGMENT_MAGIC = 0x4D474553454E414CL;
    /** {@code LANEJRNL} as the little-endian bytes of a long. */
    public static final long CELLS_MAGIC = 0x4C4E524A454E414CL;

    public static final int LAYOUT_VERSION = 1;

    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 8;
    public static final int SEGMENT_BYTES_OFFSET = 16;

    public static final int SEGMENT_POSITION_OFFSET = 24;
    public static final int FIRST_SEQUENCE_OFFSET = 32;
    public static final int RECORDS_OFFSET = 128;

    public static final int RECORD_WORD_OFFSET = 0;
    public static final int RECORD_POSITION_OFFSET = 8;
    public static final int RECORD_SEQUENCE_OFFSET = 16;
    public static final int RECORD_STAMP_OFFSET = 24;
    public static final int RECORD_PAYLOAD_OFFSET = 32;
    public static final int WORD_LENGTH = 8;

    public static final int TYPE_SHIFT = 28;
    public static final int MESSAGE = 1;
    public static final int PADDING = 2;
    public static final int LENGTH_MASK = (1 << TYPE_SHIFT) - 1;

    public static final int CELL_COUNT_OFFSET = 12;
    public static final int CODEC_OFFSET = 24;
    public static final int MAX_CODEC_LENGTH = 92;
    public static final int BIRTH_OFFSET = 120;
    public static final int TAIL_POSITION_OFFSET = 128;
    public static final int TAIL_SEQUENCE_OFFSET = 136;
    public static final int DROPPED_OFFSET = 144;
    public static final int HORIZON_OFFSET = 192;
    public static final int CELLS_OFFSET = 256;
    public static final int CELL_COUNT = 256;
    public static final int CELL_LENGTH = 256;
    public static final int CELL_POSITION_OFFSET = 0;
    public static final int CELL_SEQUENCE_OFFSET = 8;
    public static final int CELL_STATE_OFFSET = 128;
    public static final int CELL_NAME_OFFSET = 136;
    public static final int MAX_NAME_LENGTH = 112;

    public static final long CELL_FREE = 0;
    public static final long CELL_CLAIMED = 1;
    public static final long CELL_USED = 2;

    /** Bytes of the file of cells. */
    public static final int CELLS_LENGTH = CELLS_OFFSET + CELL_COUNT * CELL_LENGTH;

    /** A segment carries at least this many messages, so that at most so large a part of it stays unused. */
    private static final int FEWEST_IN_A_SEGMENT = 8;

    private JournalDescriptor() {}

    /** The longest payload: an eighth of a segment, less its header. */
    public static int maxLength(long segmentBytes) {
        long share = (segmentBytes - RECORDS_OFFSET - WORD_LENGTH) / FEWEST_IN_A_SEGMENT & ~7L;
        return (int) share - RECORD_PAYLOAD_OFFSET;
    }

    /** Bytes from a record with a payload of this length to the next one. */
    public static int recordLength(int length) {
        return RECORD_PAYLOAD_OFFSET + length + 7 & ~7;
    }

    /** The position of the segment that this position is in. */
    public static long segmentOf(long position, long segmentBytes) {
        return position - position % segmentBytes;
    }

    public static int cell(int index) {
        return CELLS_OFFSET + index * CELL_LENGTH;
    }

    /** The word of a message of this length, whose bytes from 8 on have this checksum. */
    public static long messageWord(int checksum, int length) {
        int low = MESSAGE << TYPE_SHIFT | length;
        return (long) (checksum ^ low) << 32 | low;
    }

    /** The word of padding at this position. */
    public static long paddingWord(long position) {
        long hash = (position + 1) * 0x9E3779B97F4A7C15L; // odd, so no two positions have one product
        return hash & 0xFFFFFFFF_00000000L | PADDING << TYPE_SHIFT;
    }

    public static int typeOf(long word) {
        return (int) word >>> TYPE_SHIFT;
    }

    /** The payload's length that a message's word tells: 0 to 2^28 - 1, whatever the word. */
    public static int lengthOf(long word) {
        return (int) word & LENGTH_MASK;
    }

    /** The checksum that a message's word tells. */
    public static int checksumOf(long word) {
        return (int) (word >>> 32) ^ (int) word;
    }

    /** The file name of the segment at this position. */
    public static String fileName(long first) {
        return String.format("%020d.seg", first);
    }
}
