package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import lanegraph.LaneGraphException;
import lanegraph.lane.LaneRx;
import org.agrona.concurrent.IdleStrategy;

/** Where code outside reads from a graph. */
final class Egress extends Endpoint<LaneRx> {
    private final BooleanSupplier ended;

    /** @param ended true when no message can come any more */
    Egress(String name, Supplier<LaneRx> opener, BooleanSupplier ended) {
        super(name, opener);
        this.ended = ended;
    }

    /**
     * Up to {@code max} messages: returns when it has them, when the time is over, or when no more can come.
     */
    List<Object> take(int max, long timeoutMillis) {
        Deadline deadline = Deadline.in(timeoutMillis);
        IdleStrategy idle = null;
        List<Object> values = new ArrayList<>();
        while (true) {
            boolean last = ended.getAsBoolean(); // before the look into the lane: nothing is written after it
            drain(values, max);
            boolean interrupted = Thread.currentThread().isInterrupted();
            if (values.size() >= max || last || deadline.passed() || interrupted && !values.isEmpty()) {
                return values; // what was taken is gone from the lane: it must reach the caller
            }
            Deadline.checkInterrupt("take from endpoint " + name);
            idle = idle == null ? IdleStrategies.backoff() : idle;
            idle.idle();
        }
    }

    private synchronized void drain(List<Object> values, int max) {
        LaneRx rx = own();
        try {
            while (values.size() < max && rx.peek()) {
                values.add(rx.value());
                rx.advance();
                rx.release();
            }
        } catch (LaneGraphException ex) {
            if (values.isEmpty()) {
                throw ex; // the message stays; with values in hand, the next call tells
            }
        }
    }
}
