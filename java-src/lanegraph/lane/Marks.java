package lanegraph.lane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The marked messages that one reader of a lane has before it, in the order of their positions. Writers add a mark before its
 * message becomes visible; the reader's thread takes it when it comes to the message. Between two marks a reader does
 * no more than compare its position with one number. Nothing waits, and nothing is allocated.
 */
public final class Marks {
    /** One marked message. Its fields are good until its reader has passed it. */
    public static final class Mark {
        private long position;
        private long committed;
        private long born;
        private long weight;
        private Object way;

        /** {@link System#nanoTime} right before the message became visible in this lane. */
        public long committed() {
            return committed;
        }

        /** The same of the message that came in from outside, of which this is a result. */
        public long born() {
            return born;
        }

        /** How many messages this one stands for. */
        public long weight() {
            return weight;
        }

        /** The way from outside to here, as the writer understands it. */
        public Object way() {
            return way;
        }
    }

    /** Who reads. */
    @FunctionalInterface
    public interface Reader {
        /** On the reader's thread, while it passes over a marked message. */
        void passed(Marks marks, Mark mark);
    }

    /** Told about marks that are there. */
    @FunctionalInterface
    public interface Looker {
        void mark(long committed, long weight);
    }

    /** {@link LaneRx#watched}. */
    static final VarHandle WATCHED;

    static {
        try {
            WATCHED = MethodHandles.lookup().findVarHandle(LaneRx.class, "watched", long.class);
        } catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private final String lane;
    private final Reader reader;
    private final AtomicLong missed;
    private final Mark[] marks;
    private final AtomicBoolean adding = new AtomicBoolean();
    private volatile long head;
    private volatile long tail;
    private volatile LaneRx handle;

    /**
     * @param capacity how many marks may be before the reader; a power of two
     * @param missed counts marks for which there was no room, or that came out of order
     */
    public Marks(String lane, int capacity, Reader reader, AtomicLong missed) {
        this.lane = lane;
        this.reader = reader;
        this.missed = missed;
        this.marks = new Mark[capacity];
        for (int i = 0; i < capacity; i++) {
            marks[i] = new Mark();
        }
    }

    public String lane() {
        return lane;
    }

    /** On a writer's thread, before the message becomes visible. Where another writer adds one just now, it is missed. */
    public void add(long position, long committed, long born, long weight, Object way) {
        if (!adding.compareAndSet(false, true)) {
            missed.incrementAndGet();
            return;
        }
        try {
            long at = tail;
            if (at - head == marks.length) {
                missed.incrementAndGet();
                return;
            }
            Mark mark = mark(at);
            mark.position = position;
            mark.committed = committed;
            mark.born = born;
            mark.weight = weight;
            mark.way = way;
            tail = at + 1;
            // After the tail, with a fence between: either the reader finds this mark behind its last one, or this finds
            // that the reader waits for none.
            LaneRx rx = handle;
            if (rx != null) {
                WATCHED.compareAndSet(rx, Marker.NONE, position);
            }
        } finally {
            adding.set(false);
        }
    }

    private Mark mark(long i) {
        return marks[(int) i & marks.length - 1];
    }

    /** The mark of the message at this position, or null. On the reader's thread. */
    Mark at(long position) {
        while (head < tail) {
            Mark first = mark(head);
            if (first.position >= position) {
                return first.position == position ? first : null;
            }
            missed.incrementAndGet(); // of several writers one added it late, behind that of a later message
            pass();
        }
        return null;
    }

    /** The reader goes behind this position. */
    void passed(long position) {
        Mark mark = at(position);
        if (mark != null) {
            reader.passed(this, mark);
            pass();
        }
    }

    private void pass() {
        head = head + 1; // this thread alone writes it
        aim(handle);
    }

    /** It tells this handle from now on. */
    void attach(LaneRx rx) {
        handle = rx; // before the look: who adds a mark after that sees it
        aim(rx);
    }

    private void aim(LaneRx rx) {
        if (head < tail) {
            WATCHED.setOpaque(rx, mark(head).position);
            return;
        }
        WATCHED.setVolatile(rx, Marker.NONE);
        if (head < tail) { // added since: see add
            WATCHED.compareAndSet(rx, Marker.NONE, mark(head).position);
        }
    }

    /** The marks that the reader has before it, as far as it does not pass them meanwhile. Any thread. */
    public void look(Looker looker) {
        long end = tail;
        for (long i = head; i < end; i++) {
            Mark mark = mark(i);
            long committed = mark.committed;
            long weight = mark.weight;
            VarHandle.acquireFence(); // what was read is the mark's only if the reader has not passed it by now
            if (head <= i) {
                looker.mark(committed, weight);
            }
        }
    }
}
