package lanegraph.runtime;

/** Where a graph is in its life. */
public enum State {
    STARTING, RUNNING, DRAINING, STOPPING, STOPPED, FAILED;

    /** True if no role runs any more, or none will move another message. */
    public boolean ended() {
        return this == STOPPED || this == FAILED;
    }
}
