package lanegraph.stage;

import org.agrona.DirectBuffer;

/** A stage that looks at each message, which is forwarded unchanged. Runs on its role's thread. */
@FunctionalInterface
public interface InspectStage {
    /**
     * @param in the message, in place; valid during the call
     * @throws Exception the message is then handled by the role's on-error
     */
    void accept(DirectBuffer in) throws Exception;
}
