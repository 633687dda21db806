package lanegraph.lane;

import static lanegraph.region.RingDescriptor.CELL_INTENT_OFFSET;

/**
 * One of several producers of a mapped ring. In its cell it says which sequence it is about to claim, before it does, until
 * the message is committed: so that somebody else can find out whose a slot is that was claimed and never committed.
 *
 * <p>The word of the cell is the sequence + 1; 0 = none; the negative of it after it died and somebody {@linkplain Claims renounced} it.
 */
class IntentTx extends ManyProducersTx {
    private static final long NO_INTENT = 0;

    private final long intent;

    /** Only when the claims of earlier lives of this producer are repaired, and its notes are found. */
    IntentTx(Ring ring, long cell, boolean dropsWhenFull) {
        super(ring, cell, dropsWhenFull);
        intent = cell + CELL_INTENT_OFFSET;
    }

    /**
     * As above. The intent is stored before the compare-and-set: whoever sees the tail moved by it sees the intent as
     * well. A try that was lost is followed by the next intent, or by none.
     */
    @Override
    long claimSequence() {
        while (true) {
            long sequence = memory.getLongAcquire(ring.tailAddress);
            if (!hasRoom(sequence)) {
                clear();
                return FULL;
            }
            memory.putLongRelease(intent, sequence + 1);
            if (memory.compareAndSetLong(ring.tailAddress, sequence, sequence + 1)) {
                return sequence;
            }
        }
    }

    /** The intent is cleared after the commit: whoever sees it gone finds the message committed. */
    @Override
    void publish(long slot, long sequence, int length) {
        super.publish(slot, sequence, length);
        clear();
    }

    private void clear() {
        memory.putLongRelease(intent, NO_INTENT);
    }
}
