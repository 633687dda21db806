package lanegraph.runtime;

/**
 * How a role stands after it was paused, resumed, stepped, or told to retry or skip a message, and what it did in that.
 *
 * @param role its name
 * @param state {@code running}, {@code paused} or {@code parked}
 * @param lane the lane that it reads; null if it reads several
 * @param position of the next message in that lane that it will take up; 0 if it reads several
 * @param moved messages done with
 * @param processed those of them whose result was published
 * @param filtered those that the stage left out
 * @param dropped those whose result found a full lane under {@code drop}
 * @param errors those that were skipped or became dead letters
 * @param blockedOn the full lane that kept it from moving more, or null
 * @param parked the message that it waits with, or null
 */
public record RoleTurn(
        String role,
        String state,
        String lane,
        long position,
        long moved,
        long processed,
        long filtered,
        long dropped,
        long errors,
        String blockedOn,
        Parked parked) {}
