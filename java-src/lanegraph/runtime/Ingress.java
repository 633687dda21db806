package lanegraph.runtime;

import java.util.function.Supplier;
import lanegraph.lane.LaneTx;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;

/** Where code outside writes into a graph. */
final class Ingress extends Endpoint<LaneTx> {
    Ingress(String name, Supplier<LaneTx> opener) {
        super(name, opener);
    }

    boolean offer(Object value, long timeoutMillis) {
        Deadline deadline = Deadline.in(timeoutMillis);
        IdleStrategy idle = null;
        while (!offer(value)) {
            if (deadline.passed()) {
                return false;
            }
            Deadline.checkInterrupt("offer to endpoint " + name);
            idle = idle == null ? IdleStrategies.backoff() : idle;
            idle.idle();
        }
        return true;
    }

    private synchronized boolean offer(Object value) {
        LaneTx tx = own();
        // While it waits for room nothing is encoded, and the lock is free between two looks.
        boolean full = value != null && !tx.dropsWhenFull() && !tx.room();
        return !full && tx.offer(value);
    }

    /** True if one more message has room now. */
    synchronized boolean room() {
        return own().room();
    }

    synchronized boolean offer(DirectBuffer source, int offset, int length) {
        return own().offer(source, offset, length);
    }
}
