package lanegraph.lane;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import lanegraph.region.Memory;

/**
 * Memory that counts the stores of one thread and stops it, for good, just before one of them: as if its process had died
 * there. Not thread-safe: for the one handle under test.
 *
 * <p>A late one makes stores with release order as late as a compiler or a processor may: later plain stores overtake
 * them, up to the next fence. Those that are not made when the thread is stopped never are.
 */
public final class SteppingMemory extends Memory {
    /** What a store throws instead of being made. */
    public static final class Halted extends Error {
        private static final long serialVersionUID = 1L;

        Halted(long stores) {
            super("halted after " + stores + " stores", null, false, false);
        }
    }

    private record Stored(long address, long value) {}

    private static final int SINGLE = 32;

    private final boolean late;
    private final Deque<Stored> waiting = new ArrayDeque<>();
    private long stores;
    private boolean halted;
    private long meddleAt;
    private Runnable meddling;
    private long last = Long.MAX_VALUE;

    public SteppingMemory() {
        this(false);
    }

    public SteppingMemory(boolean late) {
        this.late = late;
    }

    /** Lets this many further stores happen; the one after them, and every later one, is {@link Halted}. */
    public void haltAfter(long further) {
        makeWaiting();
        stores = 0;
        last = further;
        halted = false;
    }

    /** Counts from 0 again, and halts no more. */
    public void run() {
        haltAfter(Long.MAX_VALUE);
    }

    /** Before the store that comes after this many further ones, this happens, once: what others do meanwhile. */
    public void meddleAfter(long further, Runnable what) {
        meddleAt = stores + further;
        meddling = what;
    }

    /** True once a store was not made. */
    public boolean isHalted() {
        return halted;
    }

    /** Stores made since {@link #haltAfter} or {@link #run}. */
    public long stores() {
        return stores;
    }

    private void step() {
        if (meddling != null && stores == meddleAt) {
            Runnable now = meddling;
            meddling = null;
            now.run();
        }
        if (stores >= last) {
            halted = true;
            waiting.clear();
            throw new Halted(stores);
        }
        stores++;
    }

    private void makeWaiting() {
        waiting.forEach(each -> super.putLongRelease(each.address, each.value));
        waiting.clear();
    }

    private Stored lastWaiting(long address) {
        for (Iterator<Stored> each = waiting.descendingIterator(); each.hasNext();) {
            Stored stored = each.next();
            if (stored.address == address) {
                return stored;
            }
        }
        return null;
    }

    @Override
    public long getLong(long address) {
        Stored stored = lastWaiting(address);
        return stored == null ? super.getLong(address) : stored.value;
    }

    @Override
    public long getLongAcquire(long address) {
        Stored stored = lastWaiting(address);
        return stored == null ? super.getLongAcquire(address) : stored.value;
    }

    @Override
    public void putLong(long address, long value) {
        step();
        if (lastWaiting(address) != null) {
            makeWaiting(); // stores to one place keep their order
        }
        super.putLong(address, value);
    }

    @Override
    public void putLongRelease(long address, long value) {
        step();
        if (late) {
            waiting.add(new Stored(address, value));
        } else {
            super.putLongRelease(address, value);
        }
    }

    @Override
    public void storeStoreFence() {
        makeWaiting();
    }

    @Override
    public void fullFence() {
        makeWaiting();
        super.fullFence();
    }

    @Override
    public boolean compareAndSetLong(long address, long expected, long value) {
        step();
        makeWaiting();
        return super.compareAndSetLong(address, expected, value);
    }

    @Override
    public void putInt(long address, int value) {
        step();
        super.putInt(address, value);
    }

    @Override
    public void putByte(long address, byte value) {
        step();
        super.putByte(address, value);
    }

    /** Copies byte by byte, each of them a store; what is more than 32 bytes as one. */
    @Override
    public void copy(long from, long to, int length) {
        for (int i = 0; i < Math.min(length, SINGLE); i++) {
            putByte(to + i, getByte(from + i));
        }
        if (length > SINGLE) {
            step();
            super.copy(from + SINGLE, to + SINGLE, length - SINGLE);
        }
    }
}
