package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import lanegraph.lane.LaneRx;
import lanegraph.lane.LaneTx;
import lanegraph.lane.Marker;
import lanegraph.lane.Marks;

/**
 * Times the marked messages that one role takes, and marks what it publishes because of them. It belongs to the role's
 * thread.
 */
final class RoleTrace implements Marks.Reader {
    /** Of one output: marks while the role works on a marked message. */
    private final class Results extends Marker {
        private final Marks[] readers;

        Results(List<Marks> readers) {
            this.readers = readers.toArray(Marks[]::new);
        }

        @Override
        protected long first() {
            return NONE;
        }

        void working(boolean on) {
            aim(on ? 0 : NONE);
        }

        @Override
        protected void publishing(long number, long position) {
            Way on = way;
            if (on == null) {
                return;
            }
            long now = System.nanoTime();
            for (Marks reader : readers) {
                reader.add(position, now, current.born(), current.weight(), on);
            }
        }
    }

    private final String role;
    final Samples samples;
    private final List<Results> outputs = new ArrayList<>();
    /** The marked message that the role works on, or null. */
    private Marks.Mark current;
    private long taken;
    /** Of the results of that; null if they are not followed. */
    private Way way;

    RoleTrace(String role, AtomicLong missed) {
        this.role = role;
        this.samples = new Samples(missed);
    }

    /** This output is read by these. Before the role has this trace, by any thread. */
    void output(LaneTx tx, List<Marks> readers) {
        Results results = new Results(readers);
        outputs.add(results);
        tx.markedBy(results);
    }

    /** The role begins with the message that the reader stands before, or begins again. */
    void begin(LaneRx rx) {
        Marks.Mark mark = rx.mark();
        if (mark == null || mark == current) {
            return; // it is not marked; or it was taken the first time, and is tried again
        }
        current = mark;
        way = ((Way) mark.way()).through(role);
        working(true);
        taken = System.nanoTime();
    }

    /** The role is done with it. */
    @Override
    public void passed(Marks marks, Marks.Mark mark) {
        if (mark == current) {
            samples.add(marks, mark, taken, Math.max(0, System.nanoTime() - taken));
            working(false);
            current = null;
        }
    }

    /** Publishes what is no result of the message that the role may have begun with. */
    boolean aside(LaneTx to, Object value) {
        working(false);
        try {
            return to.offer(value);
        } finally {
            working(current != null);
        }
    }

    private void working(boolean on) {
        for (int i = 0; i < outputs.size(); i++) { // by index: an iterator would be an object
            outputs.get(i).working(on);
        }
    }
}
