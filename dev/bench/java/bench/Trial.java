package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;

/**
 * One trial of one contender in this JVM: {@code Trial NAME SLOTS ROUNDS SECONDS PIN}; how many producers and consumers there
 * are {@link Sides} tells. Warms up for a second, throws a round away, then runs rounds of about so many seconds each, and
 * again those that were {@linkplain Usage#disturbed disturbed}. Prints a line for each round kept: {@code rate=25.1 trip=70
 * bytes=0.0 disturbed=0 pinned=true}: millions of messages a second from all producers, nanoseconds for a word from core to
 * core and back, bytes allocated a message by all threads, how many rounds were run again before it.
 */
public final class Trial {
    /** No two cores are so far apart: the two had one core between them, since something else had the others. */
    private static final double FAR = 5_000;

    final Contender contender;
    final Bounce bounce = new Bounce();
    private final List<Worker> workers = new ArrayList<>();
    private final CyclicBarrier barrier = new CyclicBarrier(Sides.PRODUCERS + Sides.CONSUMERS + 1);
    private final boolean pinned;
    /** Of the next round, for each producer. */
    long first;
    int count = 200_000;

    private record Round(double nanos, double trip, double bytes, boolean disturbed) {
    }

    private Trial(Contender contender, boolean pin) {
        this.contender = contender;
        this.pinned = pin && !Sides.CROWDED;
        for (int i = 0; i < Sides.PRODUCERS + Sides.CONSUMERS; i++) {
            boolean produces = i < Sides.PRODUCERS;
            workers.add(new Worker(this, produces, produces ? i : i - Sides.PRODUCERS, barrier, pinned ? i : -1));
        }
    }

    private static Contender contender(String name, int slots) {
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
            case "aeron" -> new AeronContender(slots);
            case "chronicle" -> new ChronicleContender();
            default -> throw new IllegalArgumentException("no contender of this name: " + name);
        };
    }

    public static void main(String[] args) throws Exception {
        try (Contender contender = contender(args[0], Integer.parseInt(args[1]))) {
            Trial trial = new Trial(contender, Boolean.parseBoolean(args[4]));
            trial.workers.forEach(Thread::start);
            trial.barrier.await();
            trial.rounds(Integer.parseInt(args[2]), Double.parseDouble(args[3])).forEach(System.out::println);
        }
    }

    private List<String> rounds(int rounds, double seconds) throws Exception {
        long warm = System.nanoTime() + 1_000_000_000L;
        double rate = 0;
        while (System.nanoTime() < warm) {
            rate = count / round().nanos;
        }
        count = Math.max(count, (int) (rate * seconds * 1e9));
        round(); // thrown away
        List<String> lines = new ArrayList<>();
        int disturbed = 0;
        for (int tried = 0; lines.size() < rounds; tried++) {
            Round round = round();
            if (round.disturbed && tried < 3 * rounds) {
                disturbed++;
                continue; // something else took a core: no measurement
            }
            lines.add(String.format("rate=%.2f trip=%.0f bytes=%.4f disturbed=%d pinned=%b",
                    messages() * 1e3 / round.nanos, round.trip, round.bytes, disturbed, pinned));
            disturbed = 0;
        }
        return lines;
    }

    private double messages() {
        return (double) count * Sides.PRODUCERS;
    }

    /** See {@link Worker} for the meetings. */
    private Round round() throws Exception {
        barrier.await();
        barrier.await();
        Usage before = Usage.now(workers);
        barrier.await();
        barrier.await();
        Usage after = Usage.now(workers);
        first += count;
        long start = workers.stream().mapToLong(worker -> worker.start).min().getAsLong();
        long end = workers.stream().mapToLong(worker -> worker.end).max().getAsLong();
        double trip = workers.get(0).trip;
        return new Round(end - start, trip, (after.allocated() - before.allocated()) / messages(),
                trip > FAR || Usage.disturbed(before, after));
    }
}
