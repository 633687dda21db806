package lanegraph.stage;

import org.agrona.DirectBuffer;

/**
 * Chooses the output of a router for each message, which is forwarded unchanged. Called once for each message,
 * on its role's thread.
 */
@FunctionalInterface
public interface RouteStage {
    /**
     * @param in the message, in place; valid during the call
     * @return the name of an output, a String; of a router with two outputs also a Boolean, true for the first
     *     and false for the second; null to leave the message out
     * @throws Exception the message is then handled by the role's on-error
     */
    Object route(DirectBuffer in) throws Exception;
}
