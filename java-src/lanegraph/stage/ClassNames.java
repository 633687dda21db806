package lanegraph.stage;

import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;

/**
 * Resolves stage keys that are names of public classes with a public constructor without parameters, a new
 * instance for each role. A class that is a {@link StageFactory} is asked for the stage.
 */
public final class ClassNames implements StageResolver {
    private final ClassLoader loader;

    public ClassNames(ClassLoader loader) {
        this.loader = loader;
    }

    @Override
    public Object resolve(StageRequest request) throws Exception {
        Class<?> type;
        try {
            type = Class.forName(request.stage(), true, loader);
        } catch (ClassNotFoundException ex) {
            return null;
        }
        Object object;
        try {
            object = type.getConstructor().newInstance();
        } catch (NoSuchMethodException ex) {
            throw new LaneGraphException(Category.INCORRECT, "stage/no-constructor",
                    "role " + request.role() + ": class " + request.stage()
                            + " has no public constructor without parameters; give it one, or name a StageFactory",
                    Map.of("role", request.role(), "stage", request.stage()), ex);
        }
        return object instanceof StageFactory factory ? factory.create(request) : object;
    }
}
