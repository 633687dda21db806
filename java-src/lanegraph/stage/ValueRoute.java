package lanegraph.stage;

/** A {@link RouteStage} on values. */
@FunctionalInterface
public interface ValueRoute {
    Object route(Object value) throws Exception;
}
