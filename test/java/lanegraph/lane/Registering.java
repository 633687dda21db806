package lanegraph.lane;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import lanegraph.LaneGraphException;
import lanegraph.region.JournalCells;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.JournalShape;
import lanegraph.region.JournalStore;
import lanegraph.region.Memory;
import lanegraph.region.OwnedSegments;
import lanegraph.region.Segment;
import org.agrona.concurrent.UnsafeBuffer;

/** A reader that is registered while the journal's oldest segment goes, step by step, in every order. */
public final class Registering implements TakingTurns.Case {
    private static final long SIZE = 4096;
    private static final long ACTIVE = 2 * SIZE;
    private static final String READER = "role/r";

    private final JournalStore store = JournalStore.inMemory(new JournalShape(SIZE, "bytes"));
    private final long from;
    private final boolean again;
    private final TakingTurns.Side registers;
    private final TurningMemory readersMemory;
    private final TurningMemory writersMemory;
    private final JournalReaders readers;
    private final Retention retention;
    private final OwnedSegments segments;

    private Registering(TakingTurns.Side registers, TakingTurns.Side letsGo, long from, boolean late, boolean again) {
        this.from = from;
        this.again = again;
        this.registers = registers;
        fill();
        Set<Long> shared = Set.of(word(JournalDescriptor.HORIZON_OFFSET),
                word(JournalDescriptor.cell(0) + JournalDescriptor.CELL_STATE_OFFSET),
                word(JournalDescriptor.cell(0) + JournalDescriptor.CELL_POSITION_OFFSET));
        readersMemory = new TurningMemory(registers, shared, late);
        writersMemory = new TurningMemory(letsGo, shared, late);
        readers = new JournalReaders("journal", new Stepped(registers, true), store.cells().through(readersMemory));
        segments = new Stepped(letsGo, false);
        retention = new Retention(segments, store.cells().through(writersMemory), Memory.DIRECT, 3, 0);
    }

    private long word(int offset) {
        return store.cells().address() + offset;
    }

    /** Three segments with records. */
    private void fill() {
        Journal journal = new Journal("journal", store, new JournalPolicy(0, 0, JournalPolicy.NO_SYNC), Codecs.BYTES,
                "p", false, Memory.DIRECT);
        LaneTx tx = journal.tx("p", false);
        while (store.cells().tailPosition() < ACTIVE + SIZE / 4) {
            tx.offer(new UnsafeBuffer(new byte[100]), 0, 100);
        }
        store.segments().firsts().tailSet(ACTIVE + SIZE).forEach(store.segments()::remove);
    }

    /**
     * The outcomes of all orders.
     *
     * @param from where the reader wants to begin: {@link Journal#START}, {@link Journal#TAIL} or a position
     * @param late true where stores are seen by others as late as they may
     * @param again true to use the memory of the old segment for a new one; false to remove it
     */
    public static List<String> all(long from, boolean late, boolean again) {
        return TakingTurns.all((first, second) -> new Registering(first, second, from, late, again));
    }

    @Override
    public void first() {
        try {
            readers.register(READER, from);
        } finally {
            readersMemory.flush();
        }
    }

    @Override
    public void second() {
        long victim = retention.makeRoom(ACTIVE);
        if (victim == 0 && again) {
            segments.prepare(ACTIVE + SIZE, victim);
        } else if (victim == 0) {
            segments.remove(victim);
        }
        writersMemory.flush();
    }

    @Override
    public String outcome() {
        boolean gone = store.segments().find(0) == null;
        Throwable wrong = TakingTurns.wrong(registers);
        if (wrong instanceof LaneGraphException refusal && refusal.code().equals("journal/position-gone")) {
            check(from > 0 && store.cells().kept().isEmpty(), wrong);
            return gone ? "refused, gone" : "refused, kept";
        }
        JournalCells.Kept kept = store.cells().kept().get(READER);
        check(wrong == null && kept != null, wrong);
        long first = JournalDescriptor.segmentOf(kept.position(), SIZE);
        Segment held = store.segments().find(first);
        check(held != null && held.isCurrent(), "segment " + first + " is not there: kept=" + kept);
        JournalCursor cursor = new JournalCursor("journal", store.segments(), store.cells());
        new JournalSeek("journal", store.segments(), cursor).to(kept.position());
        long sequence = cursor.next() ? cursor.foundSequence : store.cells().tailSequence();
        check(sequence == kept.sequence(), kept);
        check(gone || store.cells().horizon() == 0, "horizon=" + store.cells().horizon());
        return (gone ? "gone, " : "kept, ") + first;
    }

    private static void check(boolean good, Object found) {
        if (!good) {
            throw new AssertionError(found);
        }
    }

    /** The segments of the journal; what can be noticed of them is a step. */
    private final class Stepped implements OwnedSegments {
        private final TakingTurns.Side side;
        private final boolean looks;

        Stepped(TakingTurns.Side side, boolean looks) {
            this.side = side;
            this.looks = looks;
        }

        @Override
        public long segmentBytes() {
            return SIZE;
        }

        @Override
        public SortedSet<Long> firsts() {
            if (looks) {
                side.step();
            }
            return new TreeSet<>(store.segments().firsts());
        }

        @Override
        public Segment find(long first) {
            if (looks) {
                side.step();
            }
            return store.segments().find(first);
        }

        @Override
        public Segment mend(long first) {
            return find(first);
        }

        @Override
        public Segment prepare(long first, long victim) {
            side.step();
            return store.segments().prepare(first, victim);
        }

        @Override
        public void remove(long first) {
            side.step();
            store.segments().remove(first);
        }
    }
}
