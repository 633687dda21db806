package lanegraph.lane;

import lanegraph.region.Memory;

/**
 * Memory that counts the stores of one thread and stops it, for good, just before one of them: as if its process had died
 * there. Not thread-safe: for the one handle under test.
 */
public final class SteppingMemory extends Memory {
    /** What a store throws instead of being made. */
    public static final class Halted extends Error {
        private static final long serialVersionUID = 1L;

        Halted(long stores) {
            super("halted after " + stores + " stores", null, false, false);
        }
    }

    private long stores;
    private boolean halted;
    private long meddleAt;
    private Runnable meddling;
    private long last = Long.MAX_VALUE;

    /** Lets this many further stores happen; the one after them, and every later one, is {@link Halted}. */
    public void haltAfter(long further) {
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
            throw new Halted(stores);
        }
        stores++;
    }

    @Override
    public void putLong(long address, long value) {
        step();
        super.putLong(address, value);
    }

    @Override
    public void putLongRelease(long address, long value) {
        step();
        super.putLongRelease(address, value);
    }

    @Override
    public boolean compareAndSetLong(long address, long expected, long value) {
        step();
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

    /** Copies byte by byte, each of them a store. */
    @Override
    public void copy(long from, long to, int length) {
        for (int i = 0; i < length; i++) {
            putByte(to + i, getByte(from + i));
        }
    }
}
