package lanegraph.lane;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Defines a class anew, from its own bytes, as a hidden class. The JVM notes what comes to the calls in a class, and compiles
 * them by that, once for all who use the class. So a loop that twelve different roles shared would call each lane and stage
 * through a table; in a class of its own each role's are known, and compiled into its loop. Such a class is freed with its
 * last object. Any thread.
 */
public final class OwnClass {
    private static final Map<Class<?>, byte[]> BYTES = new ConcurrentHashMap<>();

    private OwnClass() {}

    /**
     * Another one with each call.
     *
     * @param original without lambdas in it, which a hidden class cannot have on JDK 17
     * @param of the package of the original
     */
    public static Class<?> of(Class<?> original, MethodHandles.Lookup of) throws IllegalAccessException {
        return of.defineHiddenClass(BYTES.computeIfAbsent(original, OwnClass::bytes), true).lookupClass();
    }

    private static byte[] bytes(Class<?> original) {
        String file = original.getSimpleName() + ".class";
        try (InputStream in = original.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("no " + file + " beside the classes of " + original.getPackageName()
                        + " on the class path; expected the class files of lanegraph, all in one place");
            }
            return in.readAllBytes();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
