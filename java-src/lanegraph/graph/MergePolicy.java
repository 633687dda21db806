package lanegraph.graph;

/** Which lane of a merge is next. */
public enum MergePolicy {
    /** The first that has a message, from behind the one that was read last. */
    ROUND_ROBIN,
    /** The first in its list that has a message. */
    PRIORITY;

    /** As specs name it. */
    public String key() {
        return Keys.of(this);
    }
}
