package lanegraph.lane;

/**
 * Chooses which messages of one writer are marked, so that their way can be timed. It belongs to the writer's thread;
 * other threads may only {@linkplain #aim(long) aim} it.
 */
public abstract class Marker {
    /** A number that no message has. */
    public static final long NONE = Long.MAX_VALUE;

    private volatile LaneTx handle;

    protected Marker() {}

    /** It chooses for this handle from now on. */
    final void attach(LaneTx tx) {
        handle = tx;
        aim(first());
    }

    /** The number from which on the next message is marked, when it begins with a handle. */
    protected abstract long first();

    /** The next message that is marked is that of this number, or the first after it. Any thread; who aims last has his way. */
    protected final void aim(long number) {
        LaneTx tx = handle;
        if (tx != null) {
            tx.markAt(number);
        }
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
