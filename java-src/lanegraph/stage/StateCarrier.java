package lanegraph.stage;

/**
 * What an object of a stage interface may implement as well, so that a stage that takes its place can go on with its
 * state. Called on the role's thread, between two messages.
 */
public interface StateCarrier {
    /** The state now. A stage whose state another has taken is not closed. */
    Object state();

    /** From the next message on it goes on with this state; it has seen no message yet, unless it {@link #replacesState}. */
    void restore(Object state);

    /**
     * True if what {@link #state} gives is never changed, but another takes its place with each message: then a message with
     * which its role parks is undone, by the state before it.
     */
    default boolean replacesState() {
        return false;
    }
}
