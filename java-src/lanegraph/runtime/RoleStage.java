package lanegraph.runtime;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.stage.StageFactory;
import lanegraph.stage.StageRequest;
import lanegraph.stage.StageSource;
import lanegraph.stage.StateCarrier;
import lanegraph.stage.StatefulStage;
import lanegraph.stage.StatefulTransformStage;

/**
 * The stage of a role, and the versions it had. The role's thread alone changes it; any thread may read {@link
 * #object()} and {@link #history()}.
 *
 * <p>What is kept of an earlier version is its source and revision, that is its function, and never its object: a
 * roll-back makes a new one, without the state that the old one had.
 */
final class RoleStage {
    /** How many versions are kept; older ones cannot be rolled back to. */
    static final int KEPT = 64;

    /** A stage that was made, and from what. */
    record Made(String name, StageSource source, Object revision, Object object) {}

    /** What shall take the place of the present stage: of = 0 for a version with a function of its own. */
    record Plan(String how, int of, Made made, boolean carries, Object state) {}

    private record Version(StageVersion told, Made made, WeakReference<Object> closed) {}

    /** A source that never changes. */
    private record Fixed(StageFactory factory) implements StageSource {
        @Override
        public Object revision() {
            return null;
        }

        @Override
        public Object create(StageRequest request, Object revision) throws Exception {
            return factory.create(request);
        }
    }

    private final StageRequest request;
    private volatile List<Version> versions;
    private volatile Object object;
    private StageSource source;
    private Consumer<Object> check = any -> {};
    /** The source's revision when it was last looked at: after a roll-back another than the one that is used. */
    private Object seen;
    /** A revision that made no stage. */
    private Object refused;

    /**
     * @param request of the role; null if its stage cannot be swapped
     * @param made the first version
     * @param lane that the role reads
     */
    RoleStage(StageRequest request, Made made, String lane) {
        this.request = request;
        this.object = made.object();
        this.source = made.source();
        this.seen = made.revision();
        String role = request == null ? null : request.role();
        StageVersion first = new StageVersion(role, 1, 1, "spawn", made.name(), stateOf(object, false), lane, 0,
                System.currentTimeMillis(), null);
        this.versions = List.of(new Version(first, kept(made), null));
    }

    /** What a factory makes, always the same. */
    static StageSource fixed(StageFactory factory) {
        return new Fixed(factory);
    }

    StageRequest request() {
        return request;
    }

    Object object() {
        return object;
    }

    /** Oldest first; the last is in use. */
    List<StageVersion> history() {
        return versions.stream().map(Version::told).toList();
    }

    int version() {
        List<Version> all = versions;
        return all.get(all.size() - 1).told().version();
    }

    /** The lane that its role reads. */
    String lane() {
        return versions.get(0).told().lane();
    }

    /**
     * A stage of what somebody gives to be tried, or used, in place of the present one.
     *
     * @param next an object of a stage interface, a {@link StageFactory}, or a {@link StageSource}
     * @param carried true if it will be given the state of the present one
     */
    Made candidate(String name, Object next, boolean carried) {
        StageSource from = next instanceof StageSource given
                ? given
                : fixed(next instanceof StageFactory factory ? factory : again -> next);
        return Stages.madeNow(request.withStage(name, carried), from);
    }

    /** The stage in use, made again beside it: of the same function, with a state of its own. Any thread. */
    Made again(boolean carried) {
        List<Version> all = versions;
        Made from = all.get(all.size() - 1).made();
        StageRequest asked = request.withStage(from.name(), carried);
        return Stages.madeNow(asked, fixed(any -> from.source().create(asked, from.revision())));
    }

    /**
     * @throws LaneGraphException {@code stage/shared-state} if this object is the stage in use, and has state that only the
     *     role's thread may touch
     */
    void checkApart(Object other) {
        if (other == object && (StageFit.hasState(other) || other instanceof AutoCloseable)) {
            throw new LaneGraphException(Category.CONFLICT, "stage/shared-state",
                    "role " + request.role() + ": its stage is one object with state, which is at work; expected what can be made"
                            + " again beside it: a function, a StageFactory or a class",
                    Map.of("role", request.role()));
        }
    }

    /** Where the first version begins, which is known only when the role has its reader. */
    void beginsAt(long position) {
        Version first = versions.get(0);
        StageVersion told = first.told();
        versions = List.of(new Version(new StageVersion(told.role(), 1, 1, told.how(), told.stage(), told.state(),
                told.lane(), position, told.millis(), null), first.made(), null));
    }

    /**
     * From now on every next stage is checked by this.
     *
     * @param value throws if an object cannot be the stage of the role; any thread may call it
     */
    void checkedBy(Consumer<Object> value) {
        check = value;
    }

    /** Throws if this object cannot be the stage of the role. Any thread. */
    void check(Object next) {
        check.accept(next);
    }

    /** True if the source may change by itself. */
    boolean follows() {
        return !(source instanceof Fixed);
    }

    /** True if the source has changed since it was last looked at. */
    boolean hasChanged() {
        return source.revision() != seen;
    }

    /** True if the source has changed to something that a look between messages has not refused yet. */
    boolean mayFollow() {
        Object now = source.revision();
        return now != seen && now != refused;
    }

    /**
     * What the source holds now, with the state of the present stage if both can carry it.
     *
     * @throws Exception there is no such stage
     */
    Plan planFollow() throws Exception {
        Object now = source.revision();
        try {
            String name = versions.get(versions.size() - 1).told().stage();
            Object next = source.create(request.withStage(name, object instanceof StateCarrier), now);
            check.accept(next);
            boolean both = next instanceof StateCarrier && object instanceof StateCarrier;
            return plan("redefined", 0, new Made(name, source, now, next), both ? UnaryOperator.identity() : null);
        } catch (Throwable error) {
            refused = now;
            throw error;
        }
    }

    /**
     * @param migrate from the state of the present stage to that of the next; null to let it start fresh
     * @throws LaneGraphException {@code stage/no-state} if one of the two cannot carry it; what the migration throws
     */
    Plan planSwap(Made next, UnaryOperator<Object> migrate) {
        return plan("swap", 0, next, migrate);
    }

    /** The stage of the latest version with a function of its own before that of the present one, made again. */
    Plan planRollback(UnaryOperator<Object> migrate) throws Exception {
        Version target = previous();
        int version = target.told().version();
        Made from = target.made();
        Object next = from.source().create(request.withStage(from.name(), migrate != null), from.revision());
        if (versions.stream().anyMatch(one -> one.closed() != null && one.closed().get() == next)) {
            throw new LaneGraphException(Category.CONFLICT, "stage/closed",
                    "role " + request.role() + ": version " + version + " was one object, which has been closed;"
                            + " expected what can be made again: a function, a StageFactory or a class; swap to a new object",
                    Map.of("role", request.role(), "version", version));
        }
        return plan("rollback", version, new Made(from.name(), from.source(), from.revision(), next), migrate);
    }

    private Version previous() {
        List<Version> all = versions;
        int of = all.get(all.size() - 1).told().of();
        for (int i = all.size() - 1; i >= 0; i--) {
            StageVersion told = all.get(i).told();
            if (told.version() < of && told.of() == told.version()) {
                return all.get(i);
            }
        }
        throw new LaneGraphException(Category.NOT_FOUND, "role/no-version",
                "role " + request.role() + ": there is no version before version " + of + " to roll back to; expected one of the"
                        + " last " + KEPT,
                Map.of("role", request.role(), "version", of));
    }

    private Plan plan(String how, int of, Made next, UnaryOperator<Object> migrate) {
        if (migrate == null) {
            return new Plan(how, of, next, false, null);
        }
        if (next.object() instanceof StateCarrier && object instanceof StateCarrier from) {
            return new Plan(how, of, next, true, migrate.apply(from.state()));
        }
        throw new LaneGraphException(Category.INCORRECT, "stage/no-state",
                "role " + request.role() + ": state cannot be carried over from a " + object.getClass().getName() + " to a "
                        + next.object().getClass().getName() + "; expected two stages with :as :stateful, or two that are"
                        + " lanegraph.stage.StateCarrier; swap without :migrate to start fresh",
                Map.of("role", request.role()));
    }

    /** Puts the planned stage in place of the present one, which is closed unless its state lives on. */
    StageVersion replace(Plan plan, long position, ErrorLog errors) {
        Object old = object;
        Made next = plan.made();
        if (plan.carries()) {
            ((StateCarrier) next.object()).restore(plan.state());
        }
        object = next.object();
        source = next.source();
        seen = plan.how().equals("rollback") ? source.revision() : next.revision(); // what it left is not followed again
        refused = null;
        boolean ends = !plan.carries() && old != object && old instanceof AutoCloseable;
        Throwable closeError = ends ? close((AutoCloseable) old) : null;
        if (closeError != null) {
            errors.record(closeError);
        }
        List<Version> all = new ArrayList<>(versions);
        Version last = all.remove(all.size() - 1);
        all.add(ends ? new Version(last.told(), last.made(), new WeakReference<>(old)) : last);
        int version = last.told().version() + 1;
        StageVersion told = new StageVersion(request.role(), version, plan.of() == 0 ? version : plan.of(), plan.how(),
                next.name(), stateOf(object, plan.carries()), last.told().lane(), position, System.currentTimeMillis(), closeError);
        all.add(new Version(told, kept(next), null));
        versions = List.copyOf(all.subList(Math.max(0, all.size() - KEPT), all.size()));
        return told;
    }

    private static Made kept(Made made) {
        return new Made(made.name(), made.source(), made.revision(), null);
    }

    private static Throwable close(AutoCloseable stage) {
        try {
            stage.close();
            return null;
        } catch (Throwable error) { // the role goes on with the new stage
            return error;
        }
    }

    static String stateOf(Object stage, boolean carried) {
        boolean has = stage instanceof StateCarrier || stage instanceof StatefulStage || stage instanceof StatefulTransformStage;
        return carried ? "carried" : has ? "fresh" : null;
    }
}
