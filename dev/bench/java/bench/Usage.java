package bench;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What threads have used up to a moment: the difference of two tells about the time between. Where the system does not tell
 * (it is Linux that does), what it does not tell is 0.
 *
 * @param nanos the moment
 * @param waited by worker: nanoseconds that it has waited for a core
 * @param others nanoseconds of cores that other processes and the host have taken
 * @param allocated bytes that all threads but this one have allocated
 */
record Usage(long nanos, long[] waited, long others, long allocated) {
    private static final double MAX_WAITED = 0.05;
    private static final double MAX_OTHERS = 0.15;
    /** The system counts in these: fewer than three of them prove nothing. */
    private static final long TICK = 10_000_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Usage now(List<Worker> workers) throws IOException {
        long[] waited = new long[workers.size()];
        for (int i = 0; i < waited.length; i++) {
            waited[i] = waited(workers.get(i).task);
        }
        return new Usage(System.nanoTime(), waited, takenByOthers(), allocatedByAll());
    }

    /** True if something else took so much of the cores in between that this was no measurement. */
    static boolean disturbed(Usage before, Usage after) {
        long nanos = after.nanos - before.nanos;
        boolean waited = false;
        for (int i = 0; i < after.waited.length; i++) {
            waited |= after.waited[i] - before.waited[i] > MAX_WAITED * nanos;
        }
        return waited && !Sides.CROWDED && !Sides.BACKGROUND || after.others - before.others > Math.max(MAX_OTHERS * nanos, 3 * TICK);
    }

    private static long waited(Path task) throws IOException {
        return task == null ? 0 : Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[1]);
    }

    private static long takenByOthers() throws IOException {
        Path all = Path.of("/proc/stat");
        Path own = Path.of("/proc/self/stat");
        if (!Files.isReadable(all) || !Files.isReadable(own)) {
            return 0;
        }
        String[] total = Files.readString(all).split("\\s+", 10); // cpu user nice system idle iowait irq softirq steal
        String stat = Files.readString(own);
        String[] mine = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // from the third field on
        return TICK * (sum(total, 1, 2, 3, 6, 7, 8) - sum(mine, 11, 12));
    }

    private static long sum(String[] fields, int... at) {
        return Arrays.stream(at).mapToLong(i -> Long.parseLong(fields[i])).sum();
    }

    private static long allocatedByAll() {
        long[] ids = THREADS.getAllThreadIds();
        long own = Thread.currentThread().getId();
        long sum = 0;
        for (long id : ids) {
            sum += id == own ? 0 : Math.max(0, THREADS.getThreadAllocatedBytes(id));
        }
        return sum;
    }
}
