package lanegraph.runtime;

import java.util.function.Supplier;
import lanegraph.LaneGraphException;
import lanegraph.graph.Idle;
import lanegraph.lane.LaneTx;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;

/** Where code outside writes into a graph. */
final class Ingress extends Endpoint<LaneTx> {
    Ingress(String name, Supplier<LaneTx> opener, Supplier<Activity> tells) {
        super(name, opener, tells);
    }

    boolean offer(Object value, long timeoutMillis) {
        if (offer(value)) {
            return true;
        }
        Deadline deadline = Deadline.in(timeoutMillis);
        IdleStrategy idle = null;
        do {
            if (deadline.passed()) {
                return false;
            }
            Deadline.checkInterrupt("offer to endpoint " + name);
            idle = idle == null ? IdleStrategies.of(Idle.BACKOFF, 1) : idle;
            idle.idle();
        } while (!offer(value));
        return true;
    }

    private boolean offer(Object value) {
        lock.lock();
        try {
            LaneTx tx = own();
            // While it waits for room nothing is encoded, and the lock is free between two looks.
            boolean full = value != null && !tx.dropsWhenFull() && !tx.room();
            return !full && counted(tx.offer(value));
        } catch (LaneGraphException ex) {
            throw explained(ex);
        } finally {
            lock.unlock();
        }
    }

    private boolean counted(boolean accepted) {
        count(accepted ? 1 : 0);
        return accepted;
    }

    /** True if one more message has room now. */
    boolean room() {
        lock.lock();
        try {
            return own().room();
        } finally {
            lock.unlock();
        }
    }

    boolean offer(DirectBuffer source, int offset, int length) {
        lock.lock();
        try {
            return counted(own().offer(source, offset, length));
        } catch (LaneGraphException ex) {
            throw explained(ex);
        } finally {
            lock.unlock();
        }
    }
}
