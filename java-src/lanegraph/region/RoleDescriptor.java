package lanegraph.region;

/**
 * Where everything stands in the file of a role, {@code <dir>/roles/<role>.cell}. Little-endian; offsets in bytes.
 *
 * <pre>
 *      0  +---------------------------------------------------------------+
 *         | magic "LANEROLE" (8)                                          |
 *      8  | layout version (4)            | number of pairs (4)           |
 *     16  | byte length of the file (8)                                   |
 *         | zero                                                          |
 *    256  +---------------------------------------------------------------+
 *         | pairs, 256 bytes each: one for an input and an output         |
 *         +---------------------------------------------------------------+
 *
 * A pair; only the role's thread stores there, and both of its notes stand in one cache line:
 *
 *      0  | note: t + 1 (8), in a run with the bit 2^62; 0 = none
 *      8  |   r (8)
 *     16  |   k (8)
 *     24  | birth of the input (8)
 *     32  | the other note, likewise; at its end, 56, the birth of the output (8)
 *     64  | length of the pair's name (4), the name in UTF-8 (up to 188): input > output
 * </pre>
 *
 * <p>A note (t, r, k) says: once message t of the output is committed, the input goes on at position r, and k results of
 * the message there are in the output already. t is a sequence, or in a journal the position of the record. The two
 * notes are written in turn, so that the one before a commit is never lost.
 *
 * <p>A note of a run says so of every later message of the output too, up to the last one: message t + i brings the input to
 * r + i. Where the output is a ring that the role alone writes, from one input.
 *
 * <p>The births are those of the lanes that the notes speak of: of a lane that was made anew in the place of one of them
 * they say nothing.
 */
public final class RoleDescriptor {
    /** {@code LANEROLE} as the little-endian bytes of a long. */
    public static final long MAGIC = 0x454C4F52454E414CL;

    public static final int LAYOUT_VERSION = 1;

    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 8;
    public static final int PAIRS_OFFSET = 12;
    public static final int LENGTH_OFFSET = 16;
    public static final int FIRST_PAIR_OFFSET = 256;

    public static final int PAIR_LENGTH = 256;
    /** Bytes from one note of a pair to the other. */
    public static final int NOTE_LENGTH = 32;
    public static final int NOTE_MESSAGE_OFFSET = 0;
    public static final int NOTE_INPUT_OFFSET = 8;
    public static final int NOTE_RESULTS_OFFSET = 16;
    public static final int INPUT_BIRTH_OFFSET = 24;
    public static final int OUTPUT_BIRTH_OFFSET = 56;
    public static final int PAIR_NAME_OFFSET = 64;
    public static final int MAX_NAME_LENGTH = 188;

    /** In place of t + 1: the note says nothing. */
    public static final long NONE = 0;
    /** Added to t + 1: the note is of a run. No sequence gets there. */
    public static final long RUN = 1L << 62;

    private RoleDescriptor() {}

    public static int pair(int index) {
        return FIRST_PAIR_OFFSET + index * PAIR_LENGTH;
    }

    /** Bytes of the file of so many pairs. */
    public static int length(int pairs) {
        return pair(pairs);
    }
}
