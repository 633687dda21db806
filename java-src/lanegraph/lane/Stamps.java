package lanegraph.lane;

/** The stamps of a journal's records: the time, and never less than the one before. For the one writer. */
final class Stamps {
    private long last;

    /** @param last the stamp of the last record */
    Stamps(long last) {
        this.last = last;
    }

    /** Milliseconds since 1970. */
    long next() {
        long now = System.currentTimeMillis();
        if (now > last) { // a clock that is set back must not hide records from who seeks by time
            last = now;
        }
        return last;
    }
}
