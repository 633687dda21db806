package lanegraph.lane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** One side of a lane, in the hands of one thread at a time. */
public abstract class LaneHandle implements AutoCloseable {
    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(LaneHandle.class, "closed", boolean.class);
        } catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    // 128 unused bytes before the fields of every handle: handles of different threads that lie side by side
    // on the heap then share no cache line, nor a pair of lines that is fetched together.
    @SuppressWarnings("unused")
    private long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16;

    @SuppressWarnings("FieldMayBeFinal") // written through CLOSED
    private boolean closed;

    LaneHandle() {}

    /** True once the handle is closed. Any thread may ask. */
    public final boolean isClosed() {
        // Opaque: the flag is looked at every time, and orders nothing. A role that does not end is held off
        // by its lock, which is kept until its thread is gone; this flag ends the use of a handle after its
        // graph was closed.
        return (boolean) CLOSED.getOpaque(this);
    }

    /**
     * As {@link #isClosed()}, for the methods that move messages: they pass acquire or release accesses, which already
     * keep the compiler from looking once for all calls; an opaque load would cost them registers on top.
     */
    final boolean isMarked() {
        return closed;
    }

    /** Marks the handle as closed; the memory stays as it is. Idempotent; any thread may call it. */
    @Override
    public void close() {
        CLOSED.setOpaque(this, true);
    }
}
