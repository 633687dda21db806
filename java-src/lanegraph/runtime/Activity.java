package lanegraph.runtime;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import lanegraph.region.Memory;
import org.agrona.BufferUtil;

/**
 * The counters of one role, on cache lines of their own: in the memory of this process, or in {@code control.dat}, where
 * other processes read them, also when this one has died. The role's thread alone writes what it does; one other thread
 * writes the state and the heartbeat; any thread may read.
 */
final class Activity {
    /** The names of the counters, each at its place. */
    static final List<String> NAMES = List.of("active", "processed", "filtered", "dropped", "errors", "bytes", "blocked-ns",
            "epoch", "blocked-since-ns", "blocked-on", "state", "heartbeat-ms", "started-ms", "starts", "version");
    /** What the counter of the state says, by its value. */
    static final List<String> STATES = List.of("never", "starting", "running", "paused", "parked", "ended", "failed", "stuck");

    private static final int ACTIVE = 0;
    private static final int PROCESSED = 1;
    private static final int FILTERED = 2;
    private static final int DROPPED = 3;
    private static final int ERRORS = 4;
    private static final int BYTES = 5;
    private static final int BLOCKED = 6;
    private static final int EPOCH = 7;
    private static final int SINCE = 8;
    private static final int BLOCKED_ON = 9;
    private static final int STATE = 10;
    private static final int HEARTBEAT = 11;
    private static final int STARTED = 12;
    private static final int STARTS = 13;
    private static final int VERSION = 14;

    private static final int LINES = 128;

    private final Memory memory = Memory.DIRECT;
    private final ByteBuffer buffer; // keeps the memory
    private final long address;
    private final int stride;
    private final List<String> lanes;
    private String lastBlockedOn;
    /** What the counter says, for the role's thread. */
    private boolean isActive;

    /** @param lanes the names of the graph's lanes, sorted */
    Activity(Collection<String> lanes) {
        // the second half keeps the next owner's lines away
        this(BufferUtil.allocateDirectAligned(2 * LINES, LINES), 0, Long.BYTES, lanes);
    }

    /** @param offset where the counters begin; the stride leads from one to the next */
    Activity(ByteBuffer buffer, int offset, int stride, Collection<String> lanes) {
        this.buffer = buffer;
        this.address = BufferUtil.address(buffer) + offset;
        this.stride = stride;
        this.lanes = List.copyOf(lanes);
    }

    private void add(int counter, long delta) {
        if (delta != 0) {
            write(counter, memory.getLong(address + (long) counter * stride) + delta);
        }
    }

    private void write(int counter, long value) {
        memory.putLongRelease(address + (long) counter * stride, value);
    }

    private long read(int counter) {
        long value = memory.getLongAcquire(address + (long) counter * stride);
        Reference.reachabilityFence(buffer);
        return value;
    }

    /** For a new life of the role: all counters begin at 0 but that of its lives. */
    void begin(long nowMillis) {
        long starts = read(STARTS) + 1;
        for (int counter = 0; counter < NAMES.size(); counter++) {
            write(counter, 0);
        }
        write(STARTED, nowMillis);
        write(STARTS, starts);
        beat("starting", 0, nowMillis);
    }

    /** What the role's state is, and that somebody was there to tell. */
    void beat(String state, int version, long nowMillis) {
        write(STATE, Math.max(0, STATES.indexOf(state)));
        write(VERSION, version);
        write(HEARTBEAT, nowMillis);
    }

    /** One of {@link #STATES}. */
    String state() {
        long state = read(STATE);
        return state < 0 || state >= STATES.size() ? STATES.get(0) : STATES.get((int) state);
    }

    int version() {
        return (int) read(VERSION);
    }

    /** When the state was last told, in milliseconds since 1970; 0 if never. */
    long heartbeatMillis() {
        return read(HEARTBEAT);
    }

    long startedMillis() {
        return read(STARTED);
    }

    /** How many lives the role has had here. */
    long starts() {
        return read(STARTS);
    }

    /** Adds what one pass of the role did. The epoch is stored last: whoever sees it sees the rest. */
    void pass(long processed, long filtered, long dropped, long errors, long bytes) {
        add(PROCESSED, processed);
        add(FILTERED, filtered);
        add(DROPPED, dropped);
        add(ERRORS, errors);
        add(BYTES, bytes);
        add(EPOCH, 1);
    }

    /** The role runs a function, or has just moved a message or waits for room; or it does not. Stored only when it changes. */
    void active(boolean active) {
        if (active != isActive) {
            isActive = active;
            write(ACTIVE, active ? 1 : 0);
        }
    }

    /**
     * Notes how a pass has ended.
     *
     * @param moved true if it has moved a message
     * @param lane the full lane before which it ended, or null
     */
    void settle(boolean moved, String lane) {
        if (moved || lane == null) { // it moves, or was paused
            unblocked();
        } else if (read(SINCE) == 0) {
            write(SINCE, System.nanoTime());
        }
        blockedOn(lane);
        active(moved || lane != null);
    }

    /** Notes that the role has ended. */
    void end() {
        active(false);
        blockedOn(null);
        unblocked();
    }

    private void unblocked() {
        long since = read(SINCE);
        if (since != 0) {
            add(BLOCKED, System.nanoTime() - since);
            write(SINCE, 0);
        }
    }

    private void blockedOn(String lane) {
        if (lane != lastBlockedOn) { // stored only when it changes: mostly it is null, and was
            lastBlockedOn = lane;
            write(BLOCKED_ON, lane == null ? 0 : lanes.indexOf(lane) + 1);
        }
    }

    /** The lane that the role waits for, or null. */
    String blockedOn() {
        long index = read(BLOCKED_ON);
        return index < 1 || index > lanes.size() ? null : lanes.get((int) index - 1);
    }

    boolean active() {
        return read(ACTIVE) != 0;
    }

    long processed() {
        return read(PROCESSED);
    }

    long filtered() {
        return read(FILTERED);
    }

    long dropped() {
        return read(DROPPED);
    }

    long errors() {
        return read(ERRORS);
    }

    long bytes() {
        return read(BYTES);
    }

    /** How long the role has been blocked in all, up to now. */
    long blockedNanos() {
        long before;
        long now;
        do { // until both belong together
            before = read(BLOCKED);
            now = blockedForNanos();
        } while (before != read(BLOCKED));
        return before + now;
    }

    /** How long the role is blocked without having moved anything; 0 if it is not. */
    long blockedForNanos() {
        long since = read(SINCE);
        return since == 0 ? 0 : Math.max(0, System.nanoTime() - since);
    }

    /** Moves with every pass that did something. */
    long epoch() {
        return read(EPOCH);
    }
}
