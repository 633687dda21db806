package lanegraph.graph;

import java.util.Objects;

/** What a role does with a message that fails in it. */
public sealed interface OnError {
    /** The graph stops and reports. */
    record Stop() implements OnError {
    }

    /** The message is counted and left out. */
    record Skip() implements OnError {
    }

    /** The message, as it was read, goes to that lane. */
    record DeadLetter(String lane) implements OnError {
        public DeadLetter {
            Objects.requireNonNull(lane, "lane");
        }
    }

    /** The graph stops and reports. */
    static OnError stop() {
        return new Stop();
    }

    /** The message is counted and left out. */
    static OnError skip() {
        return new Skip();
    }

    /** The message, as it was read, goes to {@code lane}. */
    static OnError deadLetter(String lane) {
        return new DeadLetter(lane);
    }
}
