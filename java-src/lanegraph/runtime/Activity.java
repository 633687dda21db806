package lanegraph.runtime;

import java.nio.ByteBuffer;
import lanegraph.region.Memory;
import org.agrona.BufferUtil;

/**
 * The counters of one role, on cache lines of their own. The role's thread alone writes them; any thread may
 * read.
 *
 * <pre>
 *    0  active (1 or 0)   8  processed   16  filtered   24  dropped   32  errors
 *   40  bytes            48  blocked ns  56  epoch      64  blocked since
 * </pre>
 */
final class Activity {
    private static final int LENGTH = 128;
    private static final int ACTIVE = 0;
    private static final int PROCESSED = 8;
    private static final int FILTERED = 16;
    private static final int DROPPED = 24;
    private static final int ERRORS = 32;
    private static final int BYTES = 40;
    private static final int BLOCKED = 48;
    private static final int EPOCH = 56;
    private static final int SINCE = 64;

    private final Memory memory = Memory.DIRECT;
    private final ByteBuffer buffer; // keeps the memory
    private final long address;
    private volatile String blockedOn;
    /** What stands at {@link #ACTIVE}, for the role's thread. */
    private boolean isActive;

    Activity() {
        buffer = BufferUtil.allocateDirectAligned(2 * LENGTH, LENGTH); // the second half keeps the next owner's lines away
        address = BufferUtil.address(buffer);
    }

    private void add(int offset, long delta) {
        if (delta != 0) {
            memory.putLongRelease(address + offset, memory.getLong(address + offset) + delta);
        }
    }

    private long read(int offset) {
        return memory.getLongAcquire(address + offset);
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
            memory.putLongRelease(address + ACTIVE, active ? 1 : 0);
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
            memory.putLongRelease(address + SINCE, System.nanoTime());
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
            memory.putLongRelease(address + SINCE, 0);
        }
    }

    private void blockedOn(String lane) {
        if (lane != blockedOn) { // stored only when it changes: mostly it is null, and was
            blockedOn = lane;
        }
    }

    /** The lane that the role waits for, or null. */
    String blockedOn() {
        return blockedOn;
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
