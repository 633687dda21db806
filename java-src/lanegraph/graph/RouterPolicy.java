package lanegraph.graph;

import java.util.Objects;

/** Which outputs of a router get a message. */
public sealed interface RouterPolicy {
    /** As specs name it: {@code broadcast}, {@code round-robin}, {@code by}. */
    String key();

    /** Each of them. */
    record Broadcast() implements RouterPolicy {
        @Override
        public String key() {
            return "broadcast";
        }
    }

    /** One, in turn. */
    record RoundRobin() implements RouterPolicy {
        @Override
        public String key() {
            return "round-robin";
        }
    }

    /**
     * The one that a function names.
     *
     * @param stage the function's key, as that of a stage: a symbol {@code ns/name}, a keyword {@code :name} or
     *     a class name
     */
    record By(String stage) implements RouterPolicy {
        public By {
            Objects.requireNonNull(stage, "stage");
        }

        @Override
        public String key() {
            return "by";
        }
    }

    /** Each of them. */
    static RouterPolicy broadcast() {
        return new Broadcast();
    }

    /** One, in turn. */
    static RouterPolicy roundRobin() {
        return new RoundRobin();
    }

    /** The one that the function of this key names. */
    static RouterPolicy by(String stage) {
        return new By(stage);
    }
}
