package lanegraph.stage;

/**
 * A {@link MapStage} that keeps state. Every role has an instance of its own: it must come from a class name
 * or a {@link StageFactory}. One that is {@link AutoCloseable} is closed when its role has ended.
 */
@FunctionalInterface
public interface StatefulStage extends MapStage {}
