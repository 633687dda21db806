package lanegraph.runtime;

import java.util.List;

/**
 * One sampled message that one reader of a lane is done with. Times are differences of {@link System#nanoTime}.
 *
 * @param lane the lane it was read from
 * @param reader the owner of the cursor: {@code role/<role>} or {@code endpoint/<endpoint>}
 * @param weight how many messages it stands for
 * @param waitedNanos from right before it became visible in the lane until the reader took it: a role, right before its
 *     function was called, when there was room for a result; an egress, when the message was passed over
 * @param servedNanos from then until the role was done with it: its results published, or dropped; -1 for an egress
 * @param ageNanos from right before the message that it goes back to became visible in the lane of its ingress, until
 *     this reader took it
 * @param ingress the name of that ingress
 * @param path the roles that it has gone through since, without the reader
 */
public record LatencySample(
        String lane,
        String reader,
        long weight,
        long waitedNanos,
        long servedNanos,
        long ageNanos,
        String ingress,
        List<String> path) {}
