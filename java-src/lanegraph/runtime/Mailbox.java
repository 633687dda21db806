package lanegraph.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import lanegraph.LaneGraphException;

/**
 * What a role is asked to do between two messages. Any thread posts; the role's thread alone takes.
 *
 * <p>One flag stands for all that a role must look at between two messages: a stop, a command, that it is halted. It is
 * raised after what it tells of was written, and lowered before that is read, so nothing is overlooked.
 */
final class Mailbox implements BooleanSupplier {
    // 128 unused bytes before the flag, which is read at each message: what others write beside this object must
    // not take its cache line away.
    @SuppressWarnings("unused")
    private long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16;

    private volatile boolean attention;
    private final AtomicBoolean stopping;
    private final Queue<Command<?>> commands = new ConcurrentLinkedQueue<>();
    private volatile Command<?> current;
    private volatile Supplier<LaneGraphException> closed;

    /** @param stopping true once the graph shall end */
    Mailbox(AtomicBoolean stopping) {
        this.stopping = stopping;
    }

    /** True if the role has to look before it moves the next message. */
    boolean needsAttention() {
        return attention;
    }

    @Override
    public boolean getAsBoolean() {
        return attention;
    }

    /** Makes the role look. */
    void alert() {
        attention = true;
    }

    boolean isStopping() {
        return stopping.get();
    }

    /**
     * @throws LaneGraphException what {@link #close} was given, if the role takes no more
     */
    void post(Command<?> command) {
        commands.add(command);
        attention = true;
        Supplier<LaneGraphException> why = closed;
        if (why != null) { // after the add: either this sees that it is closed, or the close sees the command
            commands.remove(command);
            throw why.get();
        }
    }

    /**
     * The next command, or null. On the role's thread.
     *
     * @param halted true if the role shall look again before the next message, whatever comes
     */
    Command<?> next(boolean halted) {
        attention = halted;
        if (stopping.get()) {
            attention = true;
            return null;
        }
        Command<?> next = commands.poll();
        current = next;
        return next;
    }

    /** From now on nothing is taken; those who wait for an answer get this as an error. Any thread; idempotent. */
    void close(Supplier<LaneGraphException> why) {
        closed = why;
        Command<?> latest = current;
        if (latest != null) { // perhaps it hangs
            latest.giveUp(why.get());
        }
        Command<?> waiting;
        while ((waiting = commands.poll()) != null) {
            waiting.giveUp(why.get());
        }
    }
}
