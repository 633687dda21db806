package lanegraph.runtime;

import java.lang.ref.WeakReference;
import lanegraph.stage.FilterStage;

/** Steps of roles, for what their classes are. */
public final class OwnClasses {
    private OwnClasses() {}

    private static Step step(RoleClasses.Steps steps) {
        return steps.of((FilterStage) in -> true, several -> { }, null);
    }

    /** The class of a step of a new role. */
    public static Class<?> ofNewRole() {
        return step(RoleClasses.steps()).getClass();
    }

    /** True if a role's next stage has a step of the same class as its first. */
    public static boolean sameInOneRole() {
        RoleClasses.Steps steps = RoleClasses.steps();
        return step(steps).getClass() == step(steps).getClass();
    }

    /** The class of a role that is gone. */
    public static WeakReference<Class<?>> gone() {
        return new WeakReference<>(ofNewRole());
    }
}
