package lanegraph.stage;

/**
 * Finds the stage of a role before anything starts. Called once for each stage role, and each router that
 * asks a function, on the thread that spawns.
 */
@FunctionalInterface
public interface StageResolver {
    /**
     * @return an object of one of the stage interfaces: {@link MapOkStage}, {@link MapStage}, {@link
     *     FilterStage}, {@link InspectStage}, {@link StatefulStage}, {@link StatefulTransformStage}, {@link
     *     ValueStage}, {@link ValueFilter}, {@link ValueInspect}; for a router {@link RouteStage} or {@link
     *     ValueRoute}; or null if this resolver does not know the key
     * @throws Exception fails the spawn
     */
    Object resolve(StageRequest request) throws Exception;
}
