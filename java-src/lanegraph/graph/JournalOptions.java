package lanegraph.graph;

/** The options of a journal, for {@link GraphBuilder}. What is not set is as {@link Defaults} says. */
public final class JournalOptions {
    long segmentBytes = Defaults.SEGMENT_BYTES;
    long retainBytes = Defaults.RETAIN_BYTES;
    long retainMillis = Defaults.RETAIN_MILLIS;
    String sync = Defaults.SYNC;
    String codec = Defaults.CODEC;
    OnFull onFull;

    JournalOptions() {
    }

    /** The size of one segment in bytes. */
    public JournalOptions segmentBytes(long segmentBytes) {
        this.segmentBytes = segmentBytes;
        return this;
    }

    /** How many bytes of old segments are kept; 0 = no limit. */
    public JournalOptions retainBytes(long retainBytes) {
        this.retainBytes = retainBytes;
        return this;
    }

    /** How many milliseconds old segments are kept; 0 = no limit. */
    public JournalOptions retainMillis(long retainMillis) {
        this.retainMillis = retainMillis;
        return this;
    }

    /** Each message is forced to the disk. */
    public JournalOptions syncEach() {
        this.sync = "each";
        return this;
    }

    /** Messages are forced to the disk every so many milliseconds. */
    public JournalOptions syncEvery(long millis) {
        this.sync = "interval:" + millis;
        return this;
    }

    /** The codec's name. */
    public JournalOptions codec(String codec) {
        this.codec = codec;
        return this;
    }

    /** What happens when the writer has no room, instead of what the graph says. */
    public JournalOptions onFull(OnFull onFull) {
        this.onFull = onFull;
        return this;
    }
}
