package lanegraph.lane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Chooses which messages of one writer are marked, so that their way can be timed. It belongs to the writer's thread;
 * other threads may only {@linkplain #aim(long) aim} it.
 */
public abstract class Marker {
    /** Of {@link #next}: no message is marked. */
    public static final long NONE = Long.MAX_VALUE;

    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(Marker.class, "next", long.class);
        } catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    /** The writer asks before the message of this number, or the first after it, becomes visible. */
    @SuppressWarnings("FieldMayBeFinal") // written through NEXT
    long next = NONE;
    /** Messages of a writer that shares its lane with others: where these are numbered by the lane, they count here. */
    long sent;

    protected Marker() {}

    /** Any thread; who aims last has his way. */
    protected final void aim(long number) {
        NEXT.setOpaque(this, number); // orders nothing: a message more or less is marked
    }

    /**
     * Called by the writer's thread right before a message becomes visible: what this adds to {@link Marks} is seen by
     * whoever sees the message.
     *
     * @param number counts the writer's messages, from wherever it began
     * @param position as the readers' {@link LaneRx#position()} will be
     */
    protected abstract void publishing(long number, long position);
}
