package lanegraph.runtime;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lanegraph.LaneGraphException;
import lanegraph.graph.Topology;
import lanegraph.lane.Claims;
import lanegraph.lane.Lane;
import lanegraph.lane.Ring;
import lanegraph.region.Ownership;

/** Repairs the claims that dead producers have left, by the locks of their owners. May wait: not for the thread of a role. */
final class ClaimRepair {
    /** A repair ends long before, also where the machine lets its thread wait in the midst of it. */
    private static final long DEADLINE_MS = 5_000;
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final String REPAIR = "repair of lane ";

    private final Path directory;

    ClaimRepair(Path directory) {
        this.directory = directory;
    }

    /**
     * If the lane is a mapped ring of several producers: before any of these has a handle, clears up what earlier lives of
     * them have left there.
     *
     * @param mine owners whose locks this process holds, producers of the lane among them
     */
    static void own(Path directory, Lane lane, Set<String> mine) {
        if (mayNeed(lane)) {
            Ring ring = (Ring) lane;
            new Claims(ring).repairOwn(mine, new ClaimRepair(directory).locks(ring));
        }
    }

    /** True if producers of the lane may leave claims when they die. */
    static boolean mayNeed(Lane lane) {
        return lane instanceof Ring ring && ring.file() != null && ring.shape().manyProducers();
    }

    /**
     * As {@link Ownership#take}, but waits for one who has a lock only while he repairs a lane.
     *
     * @throws LaneGraphException as there; {@code call/interrupted}
     */
    static Ownership ownership(Path directory, Set<String> owners, String who) {
        Deadline deadline = Deadline.in(DEADLINE_MS);
        while (true) {
            try {
                return Ownership.take(directory, owners, who);
            } catch (LaneGraphException ex) {
                if (!isPassing(ex) || deadline.passed()) {
                    throw ex;
                }
            }
            Deadline.checkInterrupt("start, while a lane was repaired in " + directory);
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /**
     * True if it may be held for an instant only, by one who repairs; or who has not said yet who he is: what stands there then
     * are the words of one that is dead. This decides how long to ask, and nothing else.
     */
    private static boolean isPassing(LaneGraphException ex) {
        String who = String.valueOf(ex.details().get("who"));
        String pid = String.valueOf(ex.details().get("pid"));
        return ex.code().equals("role/owned") && (who.startsWith(REPAIR) || !isProcess(pid));
    }

    private static boolean isProcess(String pid) {
        return pid.matches("[0-9]{1,18}") && ProcessHandle.of(Long.parseLong(pid)).isPresent();
    }

    /** The locks of the lane's producers, for an instant. */
    Claims.Locks locks(Ring ring) {
        return producers -> {
            Set<String> owners = new TreeSet<>();
            producers.forEach(producer -> owners.add(Topology.lockOwner(producer)));
            try {
                return Ownership.take(directory, owners, REPAIR + ring.name())::abandon;
            } catch (LaneGraphException ex) {
                if (ex.code().equals("role/owned")) {
                    return null;
                }
                throw ex;
            }
        };
    }
}
