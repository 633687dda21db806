package lanegraph.lane;

/** The one producer of a mapped ring, for a role that notes from where its messages come. */
final class NotedSingleTx extends SingleProducerTx {
    private final Trail trail;

    NotedSingleTx(Ring ring, long cell, boolean dropsWhenFull, Trail trail) {
        super(ring, cell, dropsWhenFull);
        this.trail = trail;
        trail.find(tail());
    }

    @Override
    public boolean forward(LaneRx rx) {
        return trail.isOut() || super.forward(rx);
    }

    /** The note, complete, before the message: see {@link Trail#note}. */
    @Override
    void publish(long slot, long sequence, int length) {
        trail.note(sequence);
        super.publish(slot, sequence, length);
    }
}
