package lanegraph.lane;

import org.agrona.MutableDirectBuffer;

/** What the writers of rings and of journals have in common: how a value or another lane's message gets into a claim. */
abstract class ClaimTx extends LaneTx {
    /** {@link #target} when nothing is claimed. */
    static final long NOTHING = 0;

    /** The address of the payload of the next commit, or a constant of the writer. */
    long target;

    private final LaneCodec codec;
    private final boolean dropsWhenFull;

    ClaimTx(LaneCodec codec, boolean dropsWhenFull) {
        this.codec = codec;
        this.dropsWhenFull = dropsWhenFull;
    }

    abstract void checkOpen();

    /** Throws {@code lane/too-large} or {@code lane/bad-length}. */
    abstract void checkLength(int length);

    @Override
    public int encode(Object value) {
        if (value == null) {
            throw LaneErrors.noValue(lane());
        }
        MutableDirectBuffer buffer = claim();
        long place = target;
        target = NOTHING; // until the codec has ended well: a commit after it failed must not publish what it left
        int length = codec.encode(value, buffer);
        checkLength(length);
        target = place;
        return length;
    }

    @Override
    public boolean forward(LaneRx rx) {
        checkOpen();
        LaneRx from = rx.source();
        if (byReference() || from.byReference()) {
            return commit(encode(from.value()));
        }
        checkLength(from.length());
        target = from.address();
        boolean published = commit(from.length());
        target = NOTHING; // the bytes are the reader's: nothing stays claimed
        return published;
    }

    @Override
    public final boolean dropsWhenFull() {
        return dropsWhenFull;
    }
}
