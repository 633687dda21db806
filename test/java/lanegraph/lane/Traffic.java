package lanegraph.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Real threads over one ring: one thread for each writer and each reader, and perhaps one that only looks. Every message is
 * numbered and made from its number, length and all; the readers check the order of each writer's messages, and every byte.
 */
public final class Traffic {
    private static final int SPINS = 200;

    private final Ring ring;
    private final List<LaneTx> txs;
    private final List<LaneRx> rxs;
    private final long perWriter;
    private final long deadline;
    private final long[] progress;
    private volatile Throwable failure;
    private volatile boolean over;

    /** What a run did: how long it took, and how many looks found a message. */
    public record Result(long nanos, long seen) {}

    private Traffic(Ring ring, List<LaneTx> txs, List<LaneRx> rxs, long perWriter, long deadlineMillis) {
        this.ring = ring;
        this.txs = txs;
        this.rxs = rxs;
        this.perWriter = perWriter;
        this.deadline = System.nanoTime() + deadlineMillis * 1_000_000;
        this.progress = new long[(txs.size() + rxs.size()) * 16];
    }

    /**
     * Sends {@code perWriter} messages with each writer to every reader. A wrong message, or a deadline that passes, is an
     * AssertionError that tells how far each thread got.
     */
    public static Result run(Ring ring, List<LaneTx> txs, List<LaneRx> rxs, long perWriter, boolean watch,
            long deadlineMillis) throws InterruptedException {
        return new Traffic(ring, txs, rxs, perWriter, deadlineMillis).run(watch);
    }

    private Result run(boolean watch) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < txs.size(); i++) {
            int writer = i;
            threads.add(thread("writer-" + i, () -> write(txs.get(writer), writer)));
        }
        for (int i = 0; i < rxs.size(); i++) {
            int reader = i;
            threads.add(thread("reader-" + i, () -> read(rxs.get(reader), txs.size() + reader)));
        }
        long[] seen = new long[1];
        Thread watcher = thread("watcher", () -> seen[0] = look());
        long start = System.nanoTime();
        threads.forEach(Thread::start);
        if (watch) {
            watcher.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long nanos = System.nanoTime() - start;
        over = true;
        watcher.join();
        if (failure != null) {
            throw new AssertionError(failure.getMessage() + "; messages by thread, writers first: " + progress(),
                    failure);
        }
        return new Result(nanos, seen[0]);
    }

    private Thread thread(String name, Runnable work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable ex) {
                failure = ex;
            }
        }, "traffic-" + name);
        thread.setDaemon(true);
        return thread;
    }

    private List<Long> progress() {
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < progress.length; i += 16) {
            counts.add(progress[i]);
        }
        return counts;
    }

    /** One wait: a spin, later a short sleep; throws when time is up or another thread failed. */
    private int pause(int waits) {
        if (waits < SPINS) {
            Thread.onSpinWait();
        } else {
            if (failure != null || System.nanoTime() > deadline) {
                throw new IllegalStateException("deadline passed, or another thread failed");
            }
            LockSupport.parkNanos(10_000); // not yield, which hands a busy machine whole time slices
        }
        return waits + 1;
    }

    // A message is a number, writer << 48 | count, and words and bytes made from it.

    private int length(long number) {
        int room = ring.slotBytes - Long.BYTES + 1;
        return Long.BYTES + (int) ((number * 0x9E3779B97F4A7C15L >>> 33) % room);
    }

    private static long word(long number, int index) {
        return (number ^ index) * 0xC2B2AE3D27D4EB4FL;
    }

    private static void fill(MutableDirectBuffer to, long number, int length) {
        to.putLong(0, number);
        int i = Long.BYTES;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            to.putLong(i, word(number, i));
        }
        for (; i < length; i++) {
            to.putByte(i, (byte) word(number, i));
        }
    }

    private void check(DirectBuffer from, long number) {
        int length = length(number);
        boolean good = from.capacity() == length;
        int i = Long.BYTES;
        for (; good && i + Long.BYTES <= length; i += Long.BYTES) {
            good = from.getLong(i) == word(number, i);
        }
        for (; good && i < length; i++) {
            good = from.getByte(i) == (byte) word(number, i);
        }
        if (!good) {
            throw new IllegalStateException("message " + Long.toHexString(number) + " is damaged: length "
                    + from.capacity() + ", expected " + length + ", first difference near byte " + i);
        }
    }

    private void write(LaneTx tx, int writer) {
        UnsafeBuffer own = new UnsafeBuffer(new byte[ring.slotBytes]);
        for (long count = 0; count < perWriter; count++) {
            long number = (long) writer << 48 | count;
            int length = length(number);
            if (tx.byReference()) {
                writeValue(tx, number);
            } else if ((count & 1) == 0) {
                fill(tx.claim(), number, length);
                for (int waits = 0; !tx.commit(length);) {
                    waits = pause(waits);
                }
            } else {
                fill(own, number, length);
                for (int waits = 0; !tx.offer(own, 0, length);) {
                    waits = pause(waits);
                }
            }
            progress[writer * 16] = count + 1;
        }
    }

    private void writeValue(LaneTx tx, long number) {
        Long value = number;
        for (int waits = 0; !tx.offer(value);) {
            waits = pause(waits);
        }
    }

    private void read(LaneRx rx, int thread) {
        long[] next = new long[txs.size()];
        long total = perWriter * txs.size();
        int limit = rx.drainLimit();
        Consumer<DirectBuffer> handler = payload -> {
            checkOrder(payload.getLong(0), next);
            check(payload, payload.getLong(0));
        };
        long calls = 0;
        for (long count = 0; count < total;) {
            boolean byCall = !rx.byReference() && (calls++ & 1) == 0;
            int drained = byCall ? rx.drainPayloads(handler, limit) : drain(rx, next, limit);
            count += drained;
            if (drained > 0) {
                progress[thread * 16] = count;
            } else {
                for (int waits = 0; !rx.peek();) {
                    waits = pause(waits);
                }
            }
        }
        if (rx.peek()) {
            throw new IllegalStateException("a message more than was sent");
        }
    }

    /** Message by message. */
    private int drain(LaneRx rx, long[] next, int limit) {
        int drained = 0;
        while (drained < limit && rx.peek()) {
            if (rx.byReference()) {
                checkOrder((Long) rx.value(), next);
            } else {
                long number = rx.payload().getLong(0);
                checkOrder(number, next);
                check(rx.payload(), number);
            }
            rx.advance();
            drained++;
        }
        rx.release();
        return drained;
    }

    private static void checkOrder(long number, long[] next) {
        int writer = (int) (number >>> 48);
        if (writer >= next.length || (number & (1L << 48) - 1) != next[writer]++) {
            throw new IllegalStateException("message " + Long.toHexString(number) + " is out of order");
        }
    }

    /** Looks at messages all over the ring until the others are done; how many looks found one. */
    private long look() {
        long seen = 0;
        long latest = 0;
        while (!over && failure == null) {
            long consumed = ring.consumed();
            long produced = ring.produced();
            if (produced < latest || produced < consumed || ring.depth() < 0 || ring.depth() > ring.slots) {
                throw new IllegalStateException("produced " + produced + " after " + latest + ", consumed " + consumed);
            }
            latest = produced;
            for (long sequence = produced - ring.slots; sequence < produced; sequence++) {
                Object value = ring.look(sequence);
                if (value != null) {
                    seen++;
                    check(value, sequence);
                }
            }
        }
        return seen;
    }

    private void check(Object value, long sequence) {
        if (value instanceof byte[]) {
            UnsafeBuffer message = new UnsafeBuffer((byte[]) value);
            long number = message.getLong(0);
            if (txs.size() == 1 && number != sequence) {
                throw new IllegalStateException("looked at " + sequence + ", saw " + number);
            }
            check(message, number);
        } else if (txs.size() == 1 && (Long) value != sequence) {
            throw new IllegalStateException("looked at " + sequence + ", saw " + value);
        }
    }
}
