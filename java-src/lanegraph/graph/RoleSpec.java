package lanegraph.graph;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** One role of a graph. May hold invalid values: {@link Validator} reports them. */
public sealed interface RoleSpec {
    /** The kind's name in specs: {@code stage}, {@code bridge}, {@code router}, {@code merge}. */
    String kind();

    /** Where the role reads: one entry, for a merge any number. */
    List<LaneRef> rx();

    /**
     * The lanes that the role writes: one, for a router any number. The dead-letter lane is not among them.
     */
    List<String> tx();

    /** What happens to a message that fails in the role. */
    OnError onError();

    /** How the role's thread idles; null = as the graph says. */
    Idle idle();

    /** The group of roles that share a thread; null = none. */
    String thread();

    /**
     * Where it starts in a journal that keeps no position of it yet: {@code start}, {@code tail} or a position; null = not
     * given, which is {@code start}.
     */
    String start();

    /** Every lane that the role may write: {@link #tx()}, then the dead-letter lane. */
    default List<String> outputs() {
        return deadLetter() == null
                ? tx()
                : Stream.concat(tx().stream(), Stream.of(deadLetter())).toList();
    }

    /** True when messages leave as they came, so that the codecs on both sides must be equal. */
    boolean forwards();

    /** The dead-letter lane, or null. */
    default String deadLetter() {
        return onError() instanceof OnError.DeadLetter letter ? letter.lane() : null;
    }

    /**
     * Runs a stage on each message.
     *
     * @param stage   the stage's key: a symbol {@code ns/name}, a keyword {@code :name} or a class name
     * @param as      a plain function's use: {@code map}, {@code filter}, {@code inspect}, {@code stateful}
     * @param args    arguments for the stage as EDN text, or null
     * @param sequence true to give the stage the sequence of each message too
     * @param from    where it reads
     * @param to      the lane that it writes
     * @param onError what happens to a message that fails
     * @param idle    how it idles, or null
     * @param thread  its thread group, or null
     * @param start   where it starts in a journal, or null
     * @param recovery how it gets its state back, or null: it starts with a fresh one
     */
    record Stage(String stage, String as, String args, boolean sequence, LaneRef from, String to, OnError onError,
            Idle idle, String thread, String start, Recovery recovery) implements RoleSpec {
        public Stage {
            Objects.requireNonNull(stage, "stage");
            Objects.requireNonNull(as, "as");
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
            Objects.requireNonNull(onError, "onError");
        }

        @Override
        public String kind() {
            return "stage";
        }

        @Override
        public List<LaneRef> rx() {
            return List.of(from);
        }

        @Override
        public List<String> tx() {
            return List.of(to);
        }

        @Override
        public boolean forwards() {
            return as.equals("filter") || as.equals("inspect");
        }
    }

    /** Copies each message from one lane to another. */
    record Bridge(LaneRef from, String to, OnError onError, Idle idle, String thread, String start)
            implements RoleSpec {
        public Bridge {
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
            Objects.requireNonNull(onError, "onError");
        }

        @Override
        public String kind() {
            return "bridge";
        }

        @Override
        public List<LaneRef> rx() {
            return List.of(from);
        }

        @Override
        public List<String> tx() {
            return List.of(to);
        }

        @Override
        public boolean forwards() {
            return true;
        }
    }

    /** Copies each message to those lanes of {@code to} that the policy says. */
    record Router(LaneRef from, List<String> to, RouterPolicy policy, OnError onError, Idle idle, String thread, String start)
            implements RoleSpec {
        public Router {
            Objects.requireNonNull(from, "from");
            to = List.copyOf(to);
            Objects.requireNonNull(policy, "policy");
            Objects.requireNonNull(onError, "onError");
        }

        @Override
        public String kind() {
            return "router";
        }

        @Override
        public List<LaneRef> rx() {
            return List.of(from);
        }

        @Override
        public List<String> tx() {
            return to;
        }

        @Override
        public boolean forwards() {
            return true;
        }
    }

    /** Copies the messages of several lanes to one. */
    record Merge(List<LaneRef> from, String to, MergePolicy policy, OnError onError, Idle idle, String thread, String start)
            implements RoleSpec {
        public Merge {
            from = List.copyOf(from);
            Objects.requireNonNull(to, "to");
            Objects.requireNonNull(policy, "policy");
            Objects.requireNonNull(onError, "onError");
        }

        @Override
        public String kind() {
            return "merge";
        }

        @Override
        public List<LaneRef> rx() {
            return from;
        }

        @Override
        public List<String> tx() {
            return List.of(to);
        }

        @Override
        public boolean forwards() {
            return true;
        }
    }
}
