package lanegraph.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.util.function.Consumer;
import lanegraph.lane.OwnClass;
import lanegraph.stage.Emit;

/** What each role has a {@linkplain OwnClass class of its own} of. Any thread. */
final class RoleClasses {
    private static final MethodHandles.Lookup PACKAGE = MethodHandles.lookup();

    private RoleClasses() {}

    /** The loop of one role. */
    static RoleLoop loop(RoleLanes lanes, ErrorRule onError, Activity activity) {
        return (RoleLoop) made(constructor(Mover.class, RoleLanes.class, ErrorRule.class, Activity.class), lanes, onError, activity);
    }

    /** Makes the steps of one role, for whatever stage it has. */
    interface Steps {
        /** As {@link StageStep}. */
        Step of(Object stage, Consumer<Emit> emit, StageStep.Change change);
    }

    static Steps steps() {
        Constructor<?> step = constructor(StageStep.class, Object.class, Consumer.class, StageStep.Change.class);
        return (stage, emit, change) -> (Step) made(step, stage, emit, change);
    }

    private static Constructor<?> constructor(Class<?> original, Class<?>... parameters) {
        try {
            return OwnClass.of(original, PACKAGE).getDeclaredConstructor(parameters);
        } catch (ReflectiveOperationException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static Object made(Constructor<?> of, Object... arguments) {
        try {
            return of.newInstance(arguments);
        } catch (ReflectiveOperationException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
