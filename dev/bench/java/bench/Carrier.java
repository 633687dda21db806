package bench;

import java.util.function.Consumer;

/** A way for references from one thread to another. */
interface Carrier {
    /** False if there is no room. */
    boolean offer(Object message);

    /** Hands over up to so many messages that are there; how many. */
    int drain(Consumer<Object> to, int limit);
}
