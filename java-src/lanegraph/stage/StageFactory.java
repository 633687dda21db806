package lanegraph.stage;

/** Makes the stage of one role; for stages that keep state or need arguments. */
@FunctionalInterface
public interface StageFactory {
    /**
     * @param request the role that asks, and its arguments
     * @return an object of one of the stage interfaces
     * @throws Exception fails the spawn
     */
    Object create(StageRequest request) throws Exception;
}
