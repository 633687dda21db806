package lanegraph.graph;

/** What a lane does with a new message when it is full. */
public enum OnFull {
    /** The writer waits: the message stays where it is and is tried again. */
    BLOCK,
    /** The new message is discarded and counted. */
    DROP;

    /** The name in specs and in the canonical text: {@code block} or {@code drop}. */
    public String key() {
        return Keys.of(this);
    }
}
