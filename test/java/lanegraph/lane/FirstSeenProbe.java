package lanegraph.lane;

/** {@link FirstSeen} for tests. */
public final class FirstSeenProbe {
    private final FirstSeen seen = new FirstSeen();

    public long look(long oldest, long end, long now) {
        return seen.look(oldest, end, now);
    }
}
