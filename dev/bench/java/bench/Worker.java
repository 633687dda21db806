package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;

/**
 * A thread of a trial: a producer or a consumer. In each round it meets the others five times: before the first of its
 * sort bounces a word with the first of the other sort, behind that, before its messages, behind them, and when the word was
 * bounced once more.
 */
final class Worker extends Thread {
    private final Trial trial;
    private final boolean produces;
    private final int index;
    private final CyclicBarrier barrier;
    /** -1 for any. */
    private final int core;

    /** Where the system tells about this thread; null if it does not. */
    Path task;
    /** Of the last round; good from the last meeting on. */
    double trip;
    double tripAfter;
    long start;
    long end;

    Worker(Trial trial, boolean produces, int index, CyclicBarrier barrier, int core) {
        super((produces ? "producer-" : "consumer-") + index);
        this.trial = trial;
        this.produces = produces;
        this.index = index;
        this.barrier = barrier;
        this.core = core;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            findOut();
            barrier.await();
            while (true) {
                round();
            }
        } catch (Throwable ex) {
            ex.printStackTrace();
            Runtime.getRuntime().halt(1); // the others would wait for ever
        }
    }

    private void findOut() throws IOException, InterruptedException {
        Path self = Path.of("/proc/thread-self");
        if (!Files.exists(self)) {
            return;
        }
        task = Path.of("/proc").resolve(Files.readSymbolicLink(self));
        if (core >= 0 && new ProcessBuilder("taskset", "-cp", Integer.toString(core), task.getFileName().toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() != 0) {
            throw new IllegalStateException("taskset could not bind a thread to core " + core);
        }
    }

    private void round() throws Exception {
        barrier.await();
        if (index == 0) {
            trip = trial.bounce.trip(produces ? 0 : 1);
        }
        barrier.await();
        long first = trial.first;
        int count = trial.count;
        barrier.await();
        start = System.nanoTime();
        if (produces) {
            trial.contender.produce(index, first, count);
        } else {
            trial.contender.consume(index, first, count);
        }
        end = System.nanoTime();
        barrier.await();
        if (index == 0) {
            tripAfter = trial.bounce.trip(produces ? 0 : 1);
        }
        barrier.await();
    }
}
