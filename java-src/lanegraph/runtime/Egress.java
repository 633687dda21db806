package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import lanegraph.LaneGraphException;
import lanegraph.graph.Idle;
import lanegraph.lane.LaneRx;
import org.agrona.concurrent.IdleStrategy;

/** Where code outside reads from a graph. */
final class Egress extends Endpoint<LaneRx> {
    private final BooleanSupplier ended;

    /** @param ended true when no message can come any more */
    Egress(String name, Supplier<LaneRx> opener, Supplier<Activity> tells, BooleanSupplier ended) {
        super(name, opener, tells);
        this.ended = ended;
    }

    /**
     * Up to {@code max} messages: returns when it has them, when the time is over, or when no more can come.
     */
    List<Object> take(int max, long timeoutMillis) {
        return take(max, timeoutMillis, true);
    }

    /** As {@link #take}, but the messages stay until {@link #ack}. */
    List<Object> receive(int max, long timeoutMillis) {
        return take(max, timeoutMillis, false);
    }

    /** All that was received is done with. */
    void ack() {
        lock.lock();
        try {
            own().release();
        } catch (LaneGraphException ex) {
            throw explained(ex);
        } finally {
            lock.unlock();
        }
    }

    private List<Object> take(int max, long timeoutMillis, boolean done) {
        Deadline deadline = Deadline.in(timeoutMillis);
        IdleStrategy idle = null;
        List<Object> values = new ArrayList<>();
        while (true) {
            boolean last = ended.getAsBoolean(); // before the look into the lane: nothing is written after it
            boolean more = drain(values, max, done);
            boolean interrupted = Thread.currentThread().isInterrupted();
            if (!more || values.size() >= max || last || deadline.passed() || interrupted && !values.isEmpty()) {
                return values; // what was taken is gone from the lane: it must reach the caller
            }
            Deadline.checkInterrupt("take from endpoint " + name);
            idle = idle == null ? IdleStrategies.of(Idle.BACKOFF, 1) : idle;
            idle.idle();
        }
    }

    /**
     * Takes what is there.
     *
     * @return false if it could not go on: with values in hand they come first, and the next call tells why
     */
    private boolean drain(List<Object> values, int max, boolean done) {
        lock.lock();
        int before = values.size();
        try {
            LaneRx rx = own();
            while (values.size() < max && rx.peek()) {
                Object value = rx.value();
                rx.advance();
                if (done) {
                    rx.release(); // if it is refused, the message stays
                }
                values.add(value);
            }
            return true;
        } catch (RuntimeException | Error ex) { // a codec may throw anything
            if (values.isEmpty()) {
                if (ex instanceof LaneGraphException lane) {
                    throw explained(lane);
                }
                throw ex;
            }
            return false;
        } finally {
            count(values.size() - before);
            lock.unlock();
        }
    }
}
