package lanegraph.runtime;

/**
 * How roles are spread over threads. A role whose spec names a thread group shares a thread with its group in
 * any case.
 */
public enum Threads {
    /** One thread for each role. */
    DEDICATED,
    /** One thread for all roles that name no group. */
    SHARED
}
