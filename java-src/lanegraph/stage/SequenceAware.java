package lanegraph.stage;

/**
 * What an object of any stage interface may implement as well, to be told the sequence of each message. Every role
 * has an instance of its own: it must come from a class name or a {@link StageFactory}.
 */
public interface SequenceAware {
    /**
     * Called right before each message, on its role's thread.
     *
     * @param sequence of the message in the lane that the role reads, counted from 0 over all lives of the lane's
     *     memory. It grows with each message, and by more than one where a slot was given up by its producer
     */
    void sequence(long sequence);
}
