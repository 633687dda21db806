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

    @Override
    void beforeCommit(long position) {
        trail.note(position);
    }
}
