package lanegraph.graph;

import java.util.Objects;

/** One lane of a graph. May hold invalid values: {@link Validator} reports them. */
public sealed interface LaneSpec {
    /**
     * The kind's name in specs: {@code events}, {@code fanout-broadcast}, {@code sequenced-slots}, {@code
     * journal}.
     */
    String kind();

    /**
     * The codec's name: {@code bytes}, {@code string}, {@code long}, {@code edn}, {@code json} or the
     * user's own.
     */
    String codec();

    /** What happens when the lane is full; null = as the graph says. See {@link GraphSpec#onFull(String)}. */
    OnFull onFull();

    /** A lane of fixed slots: every kind but the journal. */
    sealed interface Ring extends LaneSpec {
        /** The number of slots. */
        int slots();

        /** The largest message in bytes. */
        int slotBytes();

        /** Whether a lane by reference keeps values that were read until their slots are used again. */
        boolean retain();

        /** How many consumer cursors the lane has. */
        int consumers();
    }

    /** Many producers, exactly one reader. */
    record Events(int slots, int slotBytes, String codec, OnFull onFull, boolean retain) implements Ring {
        public Events {
            Objects.requireNonNull(codec, "codec");
        }

        @Override
        public String kind() {
            return "events";
        }

        @Override
        public int consumers() {
            return 1;
        }
    }

    /** Every message goes to each of {@code consumers} readers; the slowest one gates. */
    record FanoutBroadcast(int consumers, int slots, int slotBytes, String codec, OnFull onFull,
            boolean retain) implements Ring {
        public FanoutBroadcast {
            Objects.requireNonNull(codec, "codec");
        }

        @Override
        public String kind() {
            return "fanout-broadcast";
        }
    }

    /** One writer, {@code gating} readers that know the sequence number of each message. */
    record SequencedSlots(int gating, int slots, int slotBytes, String codec, OnFull onFull, boolean retain)
            implements Ring {
        public SequencedSlots {
            Objects.requireNonNull(codec, "codec");
        }

        @Override
        public String kind() {
            return "sequenced-slots";
        }

        @Override
        public int consumers() {
            return gating;
        }
    }

    /**
     * An append-only log in segments, one writer, any number of readers.
     *
     * @param segmentBytes the size of one segment
     * @param retainBytes  whole old segments beyond this size are removed; 0 = no limit
     * @param retainMillis whole old segments older than this are removed; 0 = no limit
     * @param sync         when data is forced to the disk: {@code none}, {@code each}, {@code interval:<ms>}
     * @param codec        the codec's name
     * @param onFull       what happens when the writer has no room; null = as the graph says
     */
    record Journal(long segmentBytes, long retainBytes, long retainMillis, String sync, String codec,
            OnFull onFull) implements LaneSpec {
        public Journal {
            Objects.requireNonNull(sync, "sync");
            Objects.requireNonNull(codec, "codec");
        }

        @Override
        public String kind() {
            return "journal";
        }
    }
}
