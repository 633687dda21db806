package lanegraph.lane;

import static lanegraph.region.RingDescriptor.SKIP_LENGTH;

/** One of several producers of a mapped ring, for a role that notes from where its messages come. */
final class NotedManyTx extends IntentTx {
    private final Trail trail;

    NotedManyTx(Ring ring, long cell, boolean dropsWhenFull, Trail trail) {
        super(ring, cell, dropsWhenFull);
        this.trail = trail;
        Claims claims = new Claims(ring);
        trail.find(t -> claims.isCommitted(cell, t));
        claims.forgetRepaired(cell);
    }

    @Override
    public boolean forward(LaneRx rx) {
        return trail.isOut() || super.forward(rx);
    }

    /** The note, complete, between the claim and the commit: see {@link Trail#note}. */
    @Override
    void publish(long slot, long sequence, int length) {
        if (length != SKIP_LENGTH) {
            trail.note(sequence);
        }
        super.publish(slot, sequence, length);
    }
}
