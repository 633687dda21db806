package lanegraph.runtime;

/** How a graph stops. */
public enum StopMode {
    /** Between any two messages. What is inside stays inside. */
    NOW,
    /** Takes nothing more in, lets what is inside come out, then stops. */
    DRAIN
}
