package lanegraph.lane;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * One lane of a graph: where its handles come from, and what tools may look at from any thread, without a cursor and
 * without slowing a role. Counts and sequences are of messages, over all lives of the lane's memory.
 *
 * <p>Thread-safe. What moves messages are the handles; nothing here is called once a message.
 */
public interface Lane {
    /** The lane's name. */
    String name();

    /** The kind as specs name it: {@code events} … */
    String kind();

    /** How many messages have room at most; 0 where it is not messages that are limited. */
    int capacity();

    /** The segments that a journal has, with one that is prepared for later; 0 for a ring. */
    int segments();

    /** The bytes of memory or files that the lane takes. */
    long bytes();

    /**
     * The writer of this owner. There must be one handle for an owner at a time.
     *
     * @throws lanegraph.LaneGraphException {@code lane/no-such-owner} if the lane knows no producer of this name
     */
    LaneTx tx(String owner, boolean dropsWhenFull);

    /**
     * The writer of this owner, a role on mapped lanes, whose messages are noted there, each before it is committed.
     * Otherwise as {@link #tx(String, boolean)}.
     *
     * @param trail finds here what an earlier life of the role had noted
     */
    LaneTx tx(String owner, boolean dropsWhenFull, Trail trail);

    /** The reader of this owner; otherwise as {@link #tx}. */
    LaneRx rx(String owner);

    /** The sequence that the next message will get. An instant later it may be more. */
    long produced();

    /** The sequence that every reader has reached. */
    long consumed();

    /**
     * The oldest sequence that {@link #look} still tells, read or unread, at an instant during the call; {@link
     * #produced()} where it tells none.
     */
    long oldest();

    /**
     * The sequence from which on somebody who looks sees up to this many messages that say most: the next ones
     * to be read, or, in a log, the last ones that were written.
     */
    long lookFrom(int max);

    /** How many messages the slowest reader has before it, at an instant during the call. */
    int depth();

    /**
     * How many messages this owner's reader has before it, at an instant during the call.
     *
     * @throws lanegraph.LaneGraphException {@code lane/no-such-owner}
     */
    int depth(String owner);

    /** {@link #depth(String)} of every reader, by owner. */
    SortedMap<String, Integer> depths();

    /**
     * The most messages that the slowest reader was seen to have before it since the lane was opened here: by a writer
     * that looked for room, at least once in as many messages as have room, and so always when the lane was full; and
     * by each {@link #depth()}.
     */
    int highWater();

    /**
     * When the oldest message that the slowest reader has before it was there already, in milliseconds since 1970; -1 if
     * there is none. A journal tells when it was written; a ring, whose slots keep no times, the earliest of these calls that
     * saw it.
     */
    long oldestMillis();

    /** How many messages the producers have dropped because the lane was full. */
    long dropped();

    /** How many slots were given up that a producer had claimed when it died, over all lives of the lane's memory. */
    long repaired();

    /**
     * The message of this sequence as a value, or null if it is not there: overwritten, skipped, let go after its
     * reader took it, or not written yet.
     *
     * @throws lanegraph.LaneGraphException {@code codec/failed}
     */
    Object look(long sequence);

    /** As {@link #look}, with where it stands, and as bytes if the lane carries bytes. */
    Sample sample(long sequence);

    /** What reads samples of this lane. */
    SampleRx sampleRx();

    /** What takes messages as a writer of this lane would, and writes none. */
    SampleTx sampleTx();

    /** True if the lane carries objects by reference. */
    boolean byReference();

    /** Where the lane's bytes live: the absolute path of its file; null in memory. */
    Path file();

    /** A number that tells the lane from any that was made, or will be made, in its place. */
    long birth();

    /** True if the lane is fresh: made by the call that opened it. */
    boolean created();

    /**
     * Marks the lane as closed; its memory stays until the collector frees it. Idempotent.
     *
     * @return completed when no thread of the lane works on its files any more
     */
    CompletableFuture<Void> close();

    /**
     * For one whose start failed, and who holds the lock of every owner: closes, and removes what this call made.
     */
    void discard();
}
