package lanegraph.runtime;

/** Called first on a role's thread, before any of its messages; for pinning, priorities, thread locals. */
@FunctionalInterface
public interface ThreadInit {
    /**
     * @param role the role's name
     * @param kind {@code stage}, {@code bridge}, {@code router}, {@code merge} or {@code consumer}
     * @throws Exception fails the spawn
     */
    void init(String role, String kind) throws Exception;
}
