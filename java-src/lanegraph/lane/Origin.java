package lanegraph.lane;

/**
 * From which message of its reader a role's writers publish now: what a {@link Trail} notes. It belongs to the role's
 * thread.
 */
public final class Origin {
    private final LaneRx rx;
    private long results;
    private boolean outside;
    private boolean special;

    /** @param rx the role's reader, which stands before the message while anything of it is published */
    public Origin(LaneRx rx) {
        this.rx = rx;
    }

    /**
     * Tells that what is published next is one of several results of the message, and not the last.
     *
     * @param out how many results are out once it is committed; 0 for the last or only one, as it is at first
     */
    public void leaves(long out) {
        results = out;
        special = outside || results != 0;
    }

    /** From now on what is published comes from no message of the reader; or, with false, from one again. */
    public void outside(boolean is) {
        outside = is;
        special = outside || results != 0;
    }

    /** True unless what is published is the only result, or the last, of a message of the reader. */
    boolean isSpecial() {
        return special;
    }

    boolean isOutside() {
        return outside;
    }

    /** The number of the lane that the message was read from: 0 unless several are read. */
    int input() {
        return rx.input();
    }

    /** Where that lane's reader goes on once the result is committed. */
    long next() {
        return results == 0 ? rx.next() : rx.position();
    }

    /** As {@link #next}, where nothing is special. */
    long nextMessage() {
        return rx.next();
    }

    /** How many results of the message there are out then. */
    long results() {
        return results;
    }
}
