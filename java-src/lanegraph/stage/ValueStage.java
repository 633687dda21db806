package lanegraph.stage;

/**
 * A stage on values, which the lane's codec decodes and encodes, or which pass by reference. Runs on its
 * role's thread.
 */
@FunctionalInterface
public interface ValueStage {
    /**
     * @param value the message; never null
     * @return the result; null to publish nothing; an {@link Emit} to publish several
     * @throws Exception the message is then handled by the role's on-error
     */
    Object apply(Object value) throws Exception;
}
