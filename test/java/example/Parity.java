package example;

import lanegraph.stage.RouteStage;
import org.agrona.DirectBuffer;

/** Chooses between the two outputs of a router: the first for a message of an odd number of bits. */
public final class Parity implements RouteStage {
    @Override
    public Object route(DirectBuffer in) {
        return Long.bitCount(in.getLong(0)) % 2 == 1;
    }
}
