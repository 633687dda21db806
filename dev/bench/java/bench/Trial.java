package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.HdrHistogram.Histogram;

/**
 * One trial of one contender in this JVM: {@code Trial NAME SLOTS ROUNDS SECONDS WARM PIN}; how many producers and consumers there
 * are {@link Sides} tells. Warms up for so many seconds, throws a round away, then runs rounds of about so many seconds each, and
 * again those that were {@linkplain Usage#disturbed disturbed}. Prints a line for each round kept: {@code rate=25.1 trip=70
 * bytes=0.0 disturbed=0 pinned=true}, and {@code p50=510 p99=700} where single messages are looked at: millions of messages a second from all producers, nanoseconds for a word from core to
 * core and back, bytes allocated a message by all threads, how many rounds were run again before it.
 */
public final class Trial {
    /** No two cores are so far apart: the two had one core between them, since something else had the others. */
    private static final double FAR = 5_000;
    /** Distances differ by more than this factor: 30, 70 and 300 ns. */
    private static final double MOVED = 1.6;
    private static final int FIRST_COUNT = 10_000;
    /** Nanoseconds of a round while it warms up. */
    private static final double SHORT = 2e7;

    final Contender contender;
    final Bounce bounce = new Bounce();
    private final List<Worker> workers = new ArrayList<>();
    private final CyclicBarrier barrier = new CyclicBarrier(Sides.PRODUCERS + Sides.CONSUMERS + 1);
    private final boolean pinned;
    /** Of the next round, for each producer. */
    long first;
    int count = FIRST_COUNT;

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
            case "lane-bridged" -> new LaneBridged(slots);
            case "agrona" -> new AgronaInPlace(slots);
            case "agrona-copy" -> new AgronaCopy(slots);
            case "disruptor-heap" -> new DisruptorHeap(slots);
            case "disruptor-off-heap" -> new DisruptorBytes(slots, true);
            case "disruptor-arrays" -> new DisruptorBytes(slots, false);
            case "disruptor-heap-copy" -> new DisruptorBytes.Copy(slots, false);
            case "disruptor-off-heap-copy" -> new DisruptorBytes.Copy(slots, true);
            case "aeron" -> new AeronContender(slots, false);
            case "aeron-copy" -> new AeronContender(slots, true);
            case "chronicle" -> new ChronicleContender();
            case "jctools" -> new Handover(slots, Carriers::jctools, new PooledBuffers(slots, false));
            case "jctools-copy" -> new Handover(slots, Carriers::jctools, new PooledBuffers(slots, true));
            case "agrona-queue" -> new Handover(slots, Carriers::agrona, new PooledBuffers(slots, false));
            case "agrona-queue-copy" -> new Handover(slots, Carriers::agrona, new PooledBuffers(slots, true));
            case "blocking-copy" -> new Handover(slots, Carriers::blocking, new PooledBuffers(slots, true));
            case "agrona-chain" -> new AgronaChain(slots);
            case "lane-trip" -> new LaneTrip(slots);
            case "agrona-trip" -> new AgronaTrip(slots);
            case "disruptor-trip" -> new DisruptorTrip(slots);
            case "lane-maps" -> laneMaps(slots);
            case "jctools-maps" -> new Handover(slots, Carriers::jctools, new ClojureMaps());
            case "agrona-queue-maps" -> new Handover(slots, Carriers::agrona, new ClojureMaps());
            case "blocking-maps" -> new Handover(slots, Carriers::blocking, new ClojureMaps());
            case "channel-maps" -> new Handover(slots, n -> Carriers.channel(n, true), new ClojureMaps());
            case "channel-poll-maps" -> new Handover(slots, n -> Carriers.channel(n, false), new ClojureMaps());
            default -> throw new IllegalArgumentException("no contender of this name: " + name);
        };
    }

    private static Contender laneMaps(int slots) {
        Messages maps = new ClojureMaps();
        LaneCarrier lanes = Sides.ROLES == 0
                ? new LaneCarrier(Lanes.references(slots))
                : new LaneCarrier(Graphs.values(slots, maps::transform));
        return new Handover(lanes, maps);
    }

    public static void main(String[] args) throws Exception {
        try (Contender contender = contender(args[0], Integer.parseInt(args[1]))) {
            Trial trial = new Trial(contender, Boolean.parseBoolean(args[5]));
            trial.workers.forEach(Thread::start);
            trial.barrier.await();
            trial.warmUp(Double.parseDouble(args[4]), Double.parseDouble(args[3]));
            trial.rounds(Integer.parseInt(args[2])).forEach(System.out::println);
        }
    }

    /** Short rounds first; then the count is what takes about {@code seconds}. */
    private void warmUp(double warm, double seconds) throws Exception {
        long end = System.nanoTime() + (long) (warm * 1e9);
        double rate = 0;
        while (rate == 0 || System.nanoTime() < end) {
            rate = count / round().nanos;
            count = Math.max(FIRST_COUNT, (int) (rate * SHORT));
        }
        count = Math.max(FIRST_COUNT, (int) (rate * seconds * 1e9));
        round(); // thrown away
    }

    private List<String> rounds(int rounds) throws Exception {
        List<String> lines = new ArrayList<>();
        int disturbed = 0;
        for (int tried = 0; lines.size() < rounds; tried++) {
            Round round = round();
            if (round.disturbed && tried < 3 * rounds) {
                disturbed++;
                continue; // something else took a core: no measurement
            }
            lines.add(String.format("rate=%.2f trip=%.0f bytes=%.4f disturbed=%d pinned=%b",
                    messages() * 1e3 / round.nanos, round.trip, round.bytes, disturbed, pinned) + times());
            disturbed = 0;
        }
        return lines;
    }

    private String times() {
        Histogram times = contender.times();
        return times == null
                ? ""
                : String.format(" p50=%d p99=%d", times.getValueAtPercentile(50), times.getValueAtPercentile(99));
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
        barrier.await();
        first += count;
        long start = workers.stream().mapToLong(worker -> worker.start).min().getAsLong();
        long end = workers.stream().mapToLong(worker -> worker.end).max().getAsLong();
        double trip = workers.get(0).trip;
        return new Round(end - start, trip, (after.allocated() - before.allocated()) / messages(),
                trip > FAR || isMoved(trip, workers.get(0).tripAfter) || Usage.disturbed(before, after));
    }

    /** True if the host has given this machine cores at another distance while the round ran. */
    private static boolean isMoved(double before, double after) {
        return Math.max(before, after) > MOVED * Math.min(before, after);
    }
}
