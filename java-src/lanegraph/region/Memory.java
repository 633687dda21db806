package lanegraph.region;

import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/**
 * Every access to the memory of a region goes through here; this is the only class that knows {@code
 * sun.misc.Unsafe}.
 *
 * <p>Addresses are raw, with a literal {@code null} base: the compiler then sees plain off-heap accesses,
 * which it need not fence off from the heap. They are not checked; the callers are right by construction: a
 * mask and a stride keep every slot inside its region, and a length is checked once a message.
 *
 * <p>Not final, so that a test can load a subclass that counts the stores and stops at the n-th. Production
 * loads this class alone, and the calls stay monomorphic.
 *
 * <p>Unsafe needs no flag on any JDK from 17 to 25; when a JDK ends it, this class changes and nothing else.
 *
 * <p>Thread-safe: it holds no state.
 */
@SuppressWarnings("removal") // newer JDKs mark these methods so
public class Memory {
    private static final sun.misc.Unsafe UNSAFE = unsafe();

    private static final long BUFFER_ADDRESS = bufferAddress();

    /** The memory of this machine. */
    public static final Memory DIRECT = new Memory();

    protected Memory() {}

    private static sun.misc.Unsafe unsafe() {
        try {
            final Field field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (sun.misc.Unsafe) field.get(null);
        } catch (final ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    @SuppressWarnings("deprecation") // for hidden and record classes, which Buffer is not
    private static long bufferAddress() {
        try {
            return UNSAFE.objectFieldOffset(Buffer.class.getDeclaredField("address"));
        } catch (final ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    /** Where the bytes of a direct buffer begin. Good as long as the buffer is reachable. */
    static long addressOf(final ByteBuffer direct) {
        return UNSAFE.getLong(direct, BUFFER_ADDRESS);
    }

    /** Gives the memory of a mapped buffer back now; every later use of the buffer may kill the JVM. */
    static void unmap(final ByteBuffer mapped) {
        UNSAFE.invokeCleaner(mapped);
    }

    public long getLong(final long address) {
        return UNSAFE.getLong(null, address);
    }

    /**
     * Whatever the writer stored before its {@link #putLongRelease} of the value read is visible afterwards.
     */
    public long getLongAcquire(final long address) {
        // A plain load ordered before every later load and store: a volatile load says more than is needed,
        // yet compiles to the same plain load on x86 and to a load-acquire on AArch64.
        return UNSAFE.getLongVolatile(null, address);
    }

    public void putLong(final long address, final long value) {
        UNSAFE.putLong(null, address, value);
    }

    /** Every load and store before this one stays before it. */
    public void putLongRelease(final long address, final long value) {
        UNSAFE.putOrderedLong(null, address, value);
    }

    /** Stores the new value if the expected one is there, as one step with full fences; true if it did. */
    public boolean compareAndSetLong(final long address, final long expected, final long value) {
        return UNSAFE.compareAndSwapLong(null, address, expected, value);
    }

    public int getInt(final long address) {
        return UNSAFE.getInt(null, address);
    }

    public void putInt(final long address, final int value) {
        UNSAFE.putInt(null, address, value);
    }

    public byte getByte(final long address) {
        return UNSAFE.getByte(null, address);
    }

    public void putByte(final long address, final byte value) {
        UNSAFE.putByte(null, address, value);
    }

    /**
     * Copies {@code length} bytes between places of a region, or of two, that do not overlap. Up to 128 bytes
     * go by words, which is faster there.
     */
    public void copy(final long from, final long to, final int length) {
        if (length > 128) {
            UNSAFE.copyMemory(null, from, null, to, length);
            return;
        }
        final int words = length & ~7;
        for (int i = 0; i < words; i += 8) {
            UNSAFE.putLong(null, to + i, UNSAFE.getLong(null, from + i));
        }
        for (int i = words; i < length; i++) {
            UNSAFE.putByte(null, to + i, UNSAFE.getByte(null, from + i));
        }
    }

    /** No store after this one moves before a store that comes before it; free on x86. */
    public void storeStoreFence() {
        UNSAFE.storeFence();
    }

    /** No load after this one moves before a store that comes before it, nor any other way. Not free. */
    public void fullFence() {
        UNSAFE.fullFence();
    }

    /** No load after this one moves before a load that comes before it; free on x86. */
    public void loadLoadFence() {
        UNSAFE.loadFence();
    }
}
