package lanegraph.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * The options of a role, for {@link GraphBuilder}. What is not set is as {@link Defaults} says.
 *
 * @param <S> the class itself, so that calls can be chained
 */
public abstract sealed class RoleOptions<S extends RoleOptions<S>> {
    final List<LaneRef> from = new ArrayList<>();
    final List<String> to = new ArrayList<>();
    OnError onError = Defaults.ON_ERROR;
    Idle idle;
    String thread;
    String start;

    RoleOptions() {
    }

    /** The options that every kind of role has. */
    public static final class Plain extends RoleOptions<Plain> {
        Plain() {
        }

        @Override
        Plain self() {
            return this;
        }
    }

    /** The options of a stage. */
    public static final class OfStage extends RoleOptions<OfStage> {
        String as = Defaults.AS;
        String args;
        boolean sequence = Defaults.SEQUENCE;
        Recovery recovery;

        OfStage() {
        }

        /**
         * What a plain function is used as: {@code map}, {@code filter}, {@code inspect}, {@code stateful}.
         */
        public OfStage as(String as) {
            this.as = as;
            return this;
        }

        /** Arguments for the stage, as EDN text. */
        public OfStage args(String edn) {
            this.args = edn;
            return this;
        }

        /**
         * Whether the stage is given the sequence of each message too. An object that is {@code SequenceAware} is
         * told it in any case.
         */
        public OfStage sequence(boolean sequence) {
            this.sequence = sequence;
            return this;
        }

        /**
         * Whether its state comes back when it starts on mapped lanes: by the messages of the journal that it reads. Without
         * this it starts with a fresh one.
         *
         * @param from {@code start} or the position of a message
         */
        public OfStage recover(String journal, String from) {
            this.recovery = new Recovery(journal, from);
            return this;
        }

        @Override
        OfStage self() {
            return this;
        }
    }

    /** The options of a router. */
    public static final class OfRouter extends RoleOptions<OfRouter> {
        RouterPolicy policy = Defaults.ROUTER_POLICY;

        OfRouter() {
        }

        /** Which outputs get a message. */
        public OfRouter policy(RouterPolicy policy) {
            this.policy = policy;
            return this;
        }

        @Override
        OfRouter self() {
            return this;
        }
    }

    /** The options of a merge. */
    public static final class OfMerge extends RoleOptions<OfMerge> {
        MergePolicy policy = Defaults.MERGE_POLICY;

        OfMerge() {
        }

        /** Which lane is next. */
        public OfMerge policy(MergePolicy policy) {
            this.policy = policy;
            return this;
        }

        @Override
        OfMerge self() {
            return this;
        }
    }

    abstract S self();

    /** The lanes that the role reads; may be called several times, all add up. */
    public S from(String... lanes) {
        for (String lane : lanes) {
            from.add(LaneRef.of(lane));
        }
        return self();
    }

    /** The role reads consumer {@code consumer} of {@code lane}; may be called several times, all add up. */
    public S from(String lane, int consumer) {
        from.add(LaneRef.of(lane, consumer));
        return self();
    }

    /** The lanes that the role writes; may be called several times, all add up. */
    public S to(String... lanes) {
        to.addAll(List.of(lanes));
        return self();
    }

    /** What happens to a message that fails in the role. */
    public S onError(OnError onError) {
        this.onError = onError;
        return self();
    }

    /** How the role idles, instead of how the graph says. */
    public S idle(Idle idle) {
        this.idle = idle;
        return self();
    }

    /** Where it starts in a journal that keeps no position of it yet: {@code start}, {@code tail} or a position. */
    public S start(String start) {
        this.start = start;
        return self();
    }

    /** The group of roles that share one thread with this one. */
    public S thread(String group) {
        this.thread = group;
        return self();
    }
}
