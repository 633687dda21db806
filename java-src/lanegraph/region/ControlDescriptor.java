package lanegraph.region;

/**
 * Where everything stands in {@code control.dat}: what the processes of a graph tell others of themselves. Little-endian;
 * offsets in bytes from the file's start.
 *
 * <pre>
 *      0  +---------------------------------------------------------------+
 *         | magic "LANECTRL" (8)                                          |
 *      8  | layout version (4)            | counters (4)                  |
 *     16  | error logs (4)                | length of the graph's text (4)|
 *     24  | byte length of the file (8)                                   |
 *     32  | SHA-256 of the graph's text (32)                              |
 *         | zero                                                          |
 *    128  +---------------------------------------------------------------+
 *         | the graph as canonical text, in UTF-8                         |
 *         +---------------------------------------------------------------+ a multiple of 128
 *         | metadata of the counters, as Agrona's CountersManager lays    |
 *         | them out: 512 each                                            |
 *         +---------------------------------------------------------------+
 *         | values of the counters: 128 each                              |
 *         +---------------------------------------------------------------+
 *         | error logs, as Agrona's DistinctErrorLog lays them out:       |
 *         | 16 KiB each                                                   |
 *         +---------------------------------------------------------------+
 * </pre>
 */
public final class ControlDescriptor {
    /** {@code LANECTRL} as the little-endian bytes of a long. */
    public static final long MAGIC = 0x4C525443454E414CL;

    public static final int LAYOUT_VERSION = 1;

    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 8;
    public static final int COUNTERS_OFFSET = 12;
    public static final int ERROR_LOGS_OFFSET = 16;
    public static final int TEXT_LENGTH_OFFSET = 20;
    public static final int LENGTH_OFFSET = 24;
    public static final int HASH_OFFSET = 32;
    public static final int HASH_LENGTH = 32;
    public static final int TEXT_OFFSET = 128;

    public static final int METADATA_LENGTH = 512;
    public static final int VALUE_LENGTH = 128;
    public static final int ERROR_LOG_LENGTH = 16 * 1024;

    /** The longest file, in bytes. */
    static final int MAX_LENGTH = 1 << 28;

    private ControlDescriptor() {}

    static long metadataOffset(int textLength) {
        return TEXT_OFFSET + (textLength + 127L & -128L);
    }

    static long valuesOffset(int textLength, int counters) {
        return metadataOffset(textLength) + (long) counters * METADATA_LENGTH;
    }

    static long errorLogsOffset(int textLength, int counters) {
        return valuesOffset(textLength, counters) + (long) counters * VALUE_LENGTH;
    }

    static long length(int textLength, int counters, int errorLogs) {
        return errorLogsOffset(textLength, counters) + (long) errorLogs * ERROR_LOG_LENGTH;
    }
}
