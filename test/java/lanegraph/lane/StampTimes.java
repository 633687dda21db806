package lanegraph.lane;

/** The stamps of a journal whose clock, and whose thread, a test moves. */
public final class StampTimes {
    public static final int SHARED = Stamps.SHARED;
    public static final int FAST = Stamps.FAST;
    public static final long TICK_MS = Stamps.TICK_MS;

    private final Stamps stamps;
    private long now;
    private long looks;
    private long due = Long.MAX_VALUE;
    private Runnable work;

    /** @param shares true if there is a thread that ends the sharing of looks */
    public StampTimes(long last, long now, boolean shares) {
        this.now = now;
        this.stamps = new Stamps(last, this::look, shares ? this::after : null);
    }

    private long look() {
        looks++;
        return now;
    }

    private void after(long millis, Runnable later) {
        if (work != null) {
            throw new AssertionError("two ticks at once");
        }
        due = now + millis;
        work = later;
    }

    public long next() {
        return stamps.next();
    }

    /** Sets the clock, and does what was to be done until then; nothing if it is set back. */
    public void setClock(long to) {
        while (due <= to) {
            Runnable tick = work;
            now = due;
            due = Long.MAX_VALUE;
            work = null;
            tick.run();
        }
        now = to;
    }

    public long clock() {
        return now;
    }

    /** How often the clock was read. */
    public long looks() {
        return looks;
    }

    /** True if the thread has something to do. */
    public boolean isTicking() {
        return work != null;
    }
}
