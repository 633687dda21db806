package lanegraph.stage;

/** An {@link InspectStage} on values. */
@FunctionalInterface
public interface ValueInspect {
    void accept(Object value) throws Exception;
}
