package lanegraph.lane;

/** The one writer of a mapped journal, for a role that notes from where its messages come. */
final class NotedJournalTx extends JournalTx {
    private final Trail trail;

    NotedJournalTx(Journal journal, boolean dropsWhenFull, Trail trail) {
        super(journal, dropsWhenFull);
        this.trail = trail;
        trail.find(this::isCommitted);
    }

    @Override
    public boolean forward(LaneRx rx) {
        return trail.isOut() || super.forward(rx);
    }

    /**
     * The note, complete, before the record: see {@link Trail#note}. It overwrites the note before the last, so it must not be
     * begun before the last record is committed: or a death in between leaves the last note, which does not count then, beside
     * one whose record is there and whose input position is the new one's. The fence keeps the note's stores behind the last
     * commit word: that was stored with release order, which holds back only what is before it. Free on x86. A ring's
     * single producer has this fence behind each commit, of many each has its compare-and-set before each note.
     */
    @Override
    void beforeCommit(long position) {
        memory.storeStoreFence();
        trail.note(position);
    }
}
