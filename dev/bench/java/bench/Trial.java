package bench;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;

/**
 * One trial of one contender in this JVM: {@code Trial NAME SLOTS ROUNDS SECONDS CORE CORE}, a core of -1 for no pinning. Warms
 * up for a second, throws a round away, then runs rounds of about so many seconds each, and again those in which a
 * thread waited for a core for more than a twentieth of the time. Prints a line for each round kept: {@code rate=25.1
 * trip=70 bytes=0.0 disturbed=0 pinned=true}: millions of messages a second, nanoseconds for a word from core to core and back,
 * bytes allocated a message, how many rounds were run again before it.
 */
public final class Trial {
    private static final double DISTURBED = 0.05;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Path SCHEDSTAT = Path.of("/proc/thread-self/schedstat");

    private final Contender contender;
    private final CyclicBarrier barrier = new CyclicBarrier(2);
    private final Bounce bounce = new Bounce();
    private int count = 200_000;
    private boolean over;
    private boolean pinned;
    // what the consumer hands over at the barrier
    private long end;
    private long consumerAllocated;
    private long consumerWaited;

    private record Round(double nanos, double trip, double bytes, boolean disturbed) {}

    private Trial(final Contender contender) {
        this.contender = contender;
    }

    static Contender contender(final String name, final int slots) {
        return switch (name) {
            case "lane" -> new LaneInPlace(slots);
            case "lane-copy" -> new LaneCopy(slots);
            case "agrona" -> new AgronaInPlace(slots);
            case "agrona-copy" -> new AgronaCopy(slots);
            case "disruptor-heap" -> new DisruptorHeap(slots);
            case "disruptor-off-heap" -> new DisruptorBytes(slots, true);
            case "disruptor-arrays" -> new DisruptorBytes(slots, false);
            case "disruptor-heap-copy" -> new DisruptorBytes.Copy(slots, false);
            case "disruptor-off-heap-copy" -> new DisruptorBytes.Copy(slots, true);
            default -> throw new IllegalArgumentException("no contender of this name: " + name);
        };
    }

    public static void main(final String[] args) throws Exception {
        final Trial trial = new Trial(contender(args[0], Integer.parseInt(args[1])));
        final int consumerCore = Integer.parseInt(args[5]);
        final Thread consumer = new Thread(() -> {
            try {
                pin(consumerCore);
                trial.consumeRounds();
            } catch (final Throwable ex) {
                ex.printStackTrace();
                Runtime.getRuntime().halt(1); // the producer would wait for ever
            }
        });
        consumer.start();
        trial.pinned = pin(Integer.parseInt(args[4]));
        trial.produceRounds(Integer.parseInt(args[2]), Double.parseDouble(args[3]));
    }

    /** Binds this thread to the core; false if that cannot be done here. */
    private static boolean pin(final int core) throws IOException, InterruptedException {
        if (core < 0) {
            return false;
        }
        final String thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
        return new ProcessBuilder("taskset", "-cp", Integer.toString(core), thread)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    }

    private void produceRounds(final int rounds, final double seconds) throws Exception {
        long first = 0;
        final long warm = System.nanoTime() + 1_000_000_000L;
        double rate = 0;
        while (System.nanoTime() < warm) {
            rate = count / round(first).nanos;
            first += count;
        }
        final int warmCount = count;
        count = Math.max(warmCount, (int) (rate * seconds * 1e9));
        round(first); // thrown away
        first += count;
        final List<String> lines = new ArrayList<>();
        int disturbed = 0;
        for (int tried = 0; lines.size() < rounds; tried++) {
            final Round round = round(first);
            first += count;
            if (round.disturbed && tried < 3 * rounds) {
                disturbed++;
                continue; // another process took a core: no measurement
            }
            lines.add(String.format("rate=%.2f trip=%.0f bytes=%.4f disturbed=%d pinned=%b",
                    count * 1e3 / round.nanos, round.trip, round.bytes, disturbed, pinned));
            disturbed = 0;
        }
        over = true;
        barrier.await();
        lines.forEach(System.out::println);
    }

    private Round round(final long first) throws Exception {
        barrier.await();
        final double trip = bounce.trip(0);
        final long waited = waited();
        final long allocated = THREADS.getCurrentThreadAllocatedBytes();
        final long start = System.nanoTime();
        contender.produce(first, count);
        final long mine = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        final long waitedMine = waited() - waited;
        barrier.await();
        final double nanos = end - start;
        return new Round(nanos, trip, (mine + consumerAllocated) / (double) count,
                Math.max(waitedMine, consumerWaited) > DISTURBED * nanos);
    }

    private void consumeRounds() throws Exception {
        long first = 0;
        while (true) {
            barrier.await();
            if (over) {
                return;
            }
            bounce.trip(1);
            final long waited = waited();
            final long allocated = THREADS.getCurrentThreadAllocatedBytes();
            contender.consume(first, count);
            end = System.nanoTime();
            consumerAllocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
            consumerWaited = waited() - waited;
            first += count; // before the barrier: behind it the producer may choose another count
            barrier.await();
        }
    }

    /** Nanoseconds that this thread has waited for a core; 0 where the system does not tell. */
    private static long waited() throws IOException {
        return Files.isReadable(SCHEDSTAT) ? Long.parseLong(Files.readString(SCHEDSTAT).split(" ")[1]) : 0;
    }
}
