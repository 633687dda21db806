package lanegraph.lane;

/**
 * When messages were first seen by somebody who looked at their lane: slots have no room for a time, and a writer none to
 * note one. Thread-safe.
 */
final class FirstSeen {
    private static final int KEPT = 64;

    /** A look at {@link #millis} found the sequences below this one. Both grow. */
    private final long[] ends = new long[KEPT];
    private final long[] millis = new long[KEPT];
    private int count;

    /**
     * Notes a look, and tells when the oldest message was there already.
     *
     * @param oldest the sequence that is read next
     * @param end the sequence that is written next
     * @param now in milliseconds since 1970
     * @return the time of a look that has seen it, of the earliest that is kept; -1 if there is no message
     */
    synchronized long look(long oldest, long end, long now) {
        int passed = 0;
        while (passed < count && ends[passed] <= oldest) {
            passed++; // it saw only what was read since
        }
        keepFrom(passed);
        if (end > oldest && (count == 0 || ends[count - 1] < end)) {
            if (count == KEPT) {
                thinOut();
            }
            ends[count] = end;
            millis[count] = now;
            count++;
        }
        return end > oldest ? millis[0] : -1;
    }

    private void keepFrom(int first) {
        if (first > 0) {
            count -= first;
            System.arraycopy(ends, first, ends, 0, count);
            System.arraycopy(millis, first, millis, 0, count);
        }
    }

    /** Every second look stays: what the others saw first is then as young as the next one says. */
    private void thinOut() {
        count = KEPT / 2;
        for (int i = 0; i < count; i++) {
            ends[i] = ends[2 * i];
            millis[i] = millis[2 * i];
        }
    }
}
