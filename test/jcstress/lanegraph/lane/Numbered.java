package lanegraph.lane;

/** A message that is an object, with a number that another thread may see too late. */
final class Numbered {
    private int number; // not final: a final field would be seen in any case

    Numbered(int number) {
        this.number = number;
    }

    /** Offers one as soon as there is room; true if that came in time. */
    static boolean offerSoon(LaneTx tx, int number) {
        for (int i = 0; i < Messages.TRIES; i++) {
            if (tx.room()) {
                return tx.offer(new Numbered(number));
            }
        }
        return false;
    }

    /** Takes the next object: its number, {@link Messages#NONE}, or {@link Messages#TORN} if there is none where one should be. */
    static int take(LaneRx rx) {
        if (!rx.peek()) {
            return Messages.NONE;
        }
        Object found = rx.value();
        rx.advance();
        rx.release();
        return found instanceof Numbered one && one.number > 0 ? one.number : Messages.TORN;
    }
}
