package lanegraph.graph;

/** What a role's thread does while there is nothing to do. */
public enum Idle {
    /** Spins: the lowest delay, one whole core. */
    BUSY_SPIN,
    /** Yields the core between looks. */
    YIELD,
    /** Spins, then yields, then parks for longer and longer. */
    BACKOFF,
    /** Parks between looks: the least load, the highest delay. */
    PARK;

    /**
     * The name in specs and in the canonical text: {@code busy-spin}, {@code yield}, {@code backoff},
     * {@code park}.
     */
    public String key() {
        return Keys.of(this);
    }
}
