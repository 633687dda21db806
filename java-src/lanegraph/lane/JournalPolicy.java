package lanegraph.lane;

/**
 * How long a journal keeps what was read, and when it is forced to the disk. May change from one life to the next.
 *
 * @param retainBytes the oldest segments go when the journal is larger than this and nobody needs them; 0 = no limit
 * @param retainMillis segments whose records are all older than this go when nobody needs them; 0 = no limit
 * @param syncMillis {@link #NO_SYNC}, {@link #SYNC_EACH}, or the time between two forces
 */
public record JournalPolicy(long retainBytes, long retainMillis, long syncMillis) {
    /** Never forced: what the system has not written yet is lost when the machine loses its power. */
    public static final long NO_SYNC = -1;
    /** Each message is on the disk before its commit returns. */
    public static final long SYNC_EACH = 0;

    /**
     * How many segments there may be, the one that is written and those before it: at least 2.
     *
     * @param there bytes of memory for all of them, with one more that is being made ready; {@code Long.MAX_VALUE} = no limit
     */
    long mostSegments(long segmentBytes, long there) {
        long most = retainBytes == 0 ? Retention.UNLIMITED : retainBytes / segmentBytes;
        return Math.max(2, there == Long.MAX_VALUE ? most : Math.min(most, there / segmentBytes - 1));
    }
}
