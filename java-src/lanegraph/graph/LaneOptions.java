package lanegraph.graph;

/** The options of a lane of slots, for {@link GraphBuilder}. What is not set is as {@link Defaults} says. */
public final class LaneOptions {
    int slots = Defaults.SLOTS;
    int slotBytes = Defaults.SLOT_BYTES;
    String codec = Defaults.CODEC;
    OnFull onFull;
    boolean retain = Defaults.RETAIN;

    LaneOptions() {
    }

    /** The number of slots: a power of two. */
    public LaneOptions slots(int slots) {
        this.slots = slots;
        return this;
    }

    /** The largest message in bytes: a multiple of 8. */
    public LaneOptions slotBytes(int slotBytes) {
        this.slotBytes = slotBytes;
        return this;
    }

    /** The codec's name. */
    public LaneOptions codec(String codec) {
        this.codec = codec;
        return this;
    }

    /** What happens when the lane is full, instead of what the graph says. */
    public LaneOptions onFull(OnFull onFull) {
        this.onFull = onFull;
        return this;
    }

    /** Whether a lane by reference keeps values that were read until their slots are used again. */
    public LaneOptions retain(boolean retain) {
        this.retain = retain;
        return this;
    }
}
