package lanegraph.lane;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * The stamps of a journal's records, in milliseconds since 1970. A stamp is never less than the one before. It is
 * the time when its record was written; but where records come fast, {@link #FAST} and more in a millisecond, up to
 * {@link #SHARED} of them bear the time of one look at the clock, which costs as much as all else of an append.
 * That look is then at most {@link #TICK_MS} old, or as much older as the system lets the journal's thread wait: it
 * ends the sharing when records come no more as fast. For the one writer.
 */
final class Stamps {
    /** So many looks in a row must find the same millisecond before one is shared. */
    static final int FAST = 32;
    /** The most records that share a look. */
    static final int SHARED = 64;
    /** How long a look is good. */
    static final long TICK_MS = 10;

    /** Runs work later, on another thread. */
    interface Later {
        /** @throws RejectedExecutionException if there is no later */
        void after(long millis, Runnable work);
    }

    private final LongSupplier clock;
    private final Later later; // null: nothing is shared
    private final Runnable tick = this::tick;
    private final AtomicBoolean ticking = new AtomicBoolean();
    /** False when the last look is no longer good: set by the writer after a look, cleared by each tick. */
    private volatile boolean good;
    private long last;
    private long looked;
    private int same;
    private int left;

    /**
     * @param last the stamp of the last record
     * @param later null if every record shall have its own look
     */
    Stamps(long last, LongSupplier clock, Later later) {
        this.last = last;
        this.clock = clock;
        this.later = later;
    }

    /** The stamp of the next record. */
    long next() {
        if (left > 0 && good) {
            left--;
            return last;
        }
        return look();
    }

    private long look() {
        boolean share = later != null && same == FAST;
        if (share) {
            // Before the clock is read, so that it is no better than it says; and before the look for a tick.
            good = true;
            share = isTicking();
        }
        left = share ? SHARED - 1 : 0;
        long now = clock.getAsLong();
        same = now == looked || share && now == looked + 1 ? Math.min(same + 1, FAST) : 0;
        looked = now;
        if (now > last) { // a clock that is set back must not hide records from who seeks by time
            last = now;
        }
        return last;
    }

    /** True if a tick is to come that finds what was stored before this call. */
    private boolean isTicking() {
        if (!ticking.get() && ticking.compareAndSet(false, true)) {
            try {
                later.after(TICK_MS, tick);
            } catch (RejectedExecutionException ex) {
                ticking.set(false); // the journal is closed
                return false;
            }
        }
        return true;
    }

    /** On the other thread. It goes on as long as looks are shared. */
    private void tick() {
        ticking.set(false); // first: who still found that it is to come has stored what is found in the next line
        boolean used = good;
        good = false;
        if (used) {
            isTicking();
        }
    }
}
