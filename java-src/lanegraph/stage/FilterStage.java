package lanegraph.stage;

import org.agrona.DirectBuffer;

/** A stage that keeps a message, which is forwarded unchanged, or not. Runs on its role's thread. */
@FunctionalInterface
public interface FilterStage {
    /**
     * @param in the message, in place; valid during the call
     * @return true to keep it
     * @throws Exception the message is then handled by the role's on-error
     */
    boolean test(DirectBuffer in) throws Exception;
}
