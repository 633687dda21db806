package lanegraph.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import lanegraph.stage.Emit;

/**
 * Makes objects whose class is defined anew, from the bytes of a class of this package, as a hidden class. The JVM notes what
 * comes to the calls in a class, and compiles them by that, once for all who use the class. So a loop that twelve different
 * roles shared would call each lane and stage through a table; in a class of its own each role's are known, and
 * compiled into its loop. Such a class is freed with its last object. Any thread.
 */
final class OwnClass {
    private static final MethodHandles.Lookup PACKAGE = MethodHandles.lookup();
    private static final Map<Class<?>, byte[]> BYTES = new ConcurrentHashMap<>();

    private OwnClass() {}

    /** The loop of one role. */
    static RoleLoop loop(RoleLanes lanes, ErrorRule onError, Activity activity) {
        try {
            return (RoleLoop) made(defined(Mover.class)
                    .getDeclaredConstructor(RoleLanes.class, ErrorRule.class, Activity.class), lanes, onError, activity);
        } catch (ReflectiveOperationException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Makes the steps of one role, for whatever stage it has. */
    interface Steps {
        /** As {@link StageStep}. */
        Step of(Object stage, Consumer<Emit> emit, StageStep.Change change);
    }

    static Steps steps() {
        try {
            Constructor<?> step = defined(StageStep.class)
                    .getDeclaredConstructor(Object.class, Consumer.class, StageStep.Change.class);
            return (stage, emit, change) -> (Step) made(step, stage, emit, change);
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

    private static Class<?> defined(Class<?> original) throws IllegalAccessException {
        return PACKAGE.defineHiddenClass(BYTES.computeIfAbsent(original, OwnClass::bytes), true).lookupClass();
    }

    private static byte[] bytes(Class<?> original) {
        String file = original.getSimpleName() + ".class";
        try (InputStream in = original.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("no " + file + " beside " + OwnClass.class.getName()
                        + " on the class path; expected the class files of lanegraph.runtime, all in one place");
            }
            return in.readAllBytes();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
