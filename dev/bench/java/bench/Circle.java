package bench;

import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;

/** One thread at both ends of a graph: writes messages of 64 bytes into its ingress and takes them from its egress, in place. */
public final class Circle {
    private static final int BATCH = 256;

    private final LaneTx tx;
    private final LaneRx rx;
    private long written;
    private long read;

    public Circle(LaneTx tx, LaneRx rx) {
        this.tx = tx;
        this.rx = rx;
    }

    /** For so long; millions of messages a second that came out. Every word of them is checked. */
    public double run(long nanos) {
        long before = read;
        long start = System.nanoTime();
        long now = start;
        while (now - start < nanos) {
            if (!turn()) {
                Thread.onSpinWait();
            }
            now = System.nanoTime();
        }
        return (read - before) * 1e3 / (now - start);
    }

    /** Up to a batch in, up to a batch out; false if nothing moved. */
    private boolean turn() {
        long before = written + read;
        for (int i = 0; i < BATCH && tx.room(); i++) {
            Payload.write(tx.claim(), 0, written);
            tx.commit(Payload.LENGTH);
            written++;
        }
        long difference = 0;
        for (int i = 0; i < BATCH && rx.peek(); i++) {
            difference |= Payload.difference(rx.payload(), 0, read);
            rx.advance();
            read++;
        }
        rx.release();
        Payload.check(difference, read);
        return written + read > before;
    }
}
