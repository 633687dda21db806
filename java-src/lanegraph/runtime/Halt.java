package lanegraph.runtime;

/** Whether a role moves messages. The role's thread alone writes it; any thread may read. */
final class Halt {
    private volatile boolean paused;
    private volatile Parked parked;

    /** True if the role moves no message by itself. */
    boolean isHalted() {
        return paused || parked != null;
    }

    boolean isPaused() {
        return paused;
    }

    void paused(boolean value) {
        paused = value;
    }

    /** The message whose stage threw and which waits to be retried or skipped, or null. */
    Parked parked() {
        return parked;
    }

    void parked(Parked value) {
        parked = value;
    }

    /** {@code running}, {@code paused} or {@code parked}. */
    String state() {
        return parked != null ? "parked" : paused ? "paused" : "running";
    }
}
