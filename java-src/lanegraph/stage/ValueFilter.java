package lanegraph.stage;

/** A {@link FilterStage} on values. */
@FunctionalInterface
public interface ValueFilter {
    boolean test(Object value) throws Exception;
}
