package lanegraph.runtime;

/**
 * A role at an instant. Counts are of messages read, since the spawn: each is processed, filtered, dropped or
 * an error.
 *
 * @param kind {@code stage}, {@code bridge}, {@code router}, {@code merge} or {@code consumer}
 * @param thread the name of its thread
 * @param state {@code running}, {@code paused}, {@code parked} (with a message whose stage threw), {@code ended}, {@code failed} or {@code stuck}
 * @param active true if it moved a message in its last pass, runs a function, or waits for room
 * @param processed messages whose result was published
 * @param filtered messages that a stage left out
 * @param dropped messages whose result found a full lane under {@code drop}
 * @param errors messages that were skipped or became dead letters
 * @param bytes of the messages read
 * @param blockedOn the full lane that its last pass ended before, or null
 * @param blockedNanos time spent before full lanes, up to now
 * @param blockedForNanos of that, the time since the role has moved anything, if it is blocked now; else 0
 * @param version of its stage; 0 if it has none
 * @param epoch moves whenever the role does something
 */
public record RoleStatus(
        String kind,
        String thread,
        String state,
        boolean active,
        long processed,
        long filtered,
        long dropped,
        long errors,
        long bytes,
        String blockedOn,
        long blockedNanos,
        long blockedForNanos,
        int version,
        long epoch) {}
