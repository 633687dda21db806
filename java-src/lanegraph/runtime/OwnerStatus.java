package lanegraph.runtime;

import java.util.SortedMap;

/**
 * A role or an endpoint as {@code control.dat} and its lock tell of it.
 *
 * @param state {@code never} (started), {@code starting}, {@code running}, {@code paused}, {@code parked}, {@code ended},
 *     {@code failed}, {@code stuck}; or {@code died} if nobody holds its lock, yet it did not end
 * @param lastState what it told last itself, which is another one only if it died
 * @param holder who holds its lock now: who, since, pid, host; null if nobody does
 * @param heartbeatMillis when it told its state last, in milliseconds since 1970; 0 if never
 * @param startedMillis when its last life began; 0 if it had none
 * @param starts how many lives it has had
 * @param messages how many it has processed, or as an endpoint sent or taken, in that life, but by a bare handle
 * @param inWork true if, at the end, it had moved something in its last pass or ran its function
 * @param blockedOn the full lane before which it stood, or null
 */
public record OwnerStatus(String state, String lastState, SortedMap<String, String> holder, long heartbeatMillis,
        long startedMillis, long starts, long messages, boolean inWork, String blockedOn) {}
