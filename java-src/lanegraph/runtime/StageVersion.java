package lanegraph.runtime;

/**
 * A version of a role's stage, and when it took over.
 *
 * @param role its role
 * @param version counts from 1, which the spawn made
 * @param of the version whose function it is: itself, or after a roll-back an earlier one
 * @param how {@code spawn}, {@code swap}, {@code redefined} (what its name stands for has changed) or {@code rollback}
 * @param stage the name of the stage
 * @param state {@code carried} over from the version before, {@code fresh}, or null if the stage has none
 * @param lane the lane that the role reads
 * @param position the first in that lane that this version takes up: what stands before it, the versions before it have
 * @param millis when, in milliseconds since 1970
 * @param closeError what closing the stage before it threw, or null
 */
public record StageVersion(
        String role,
        int version,
        int of,
        String how,
        String stage,
        String state,
        String lane,
        long position,
        long millis,
        Throwable closeError) {}
