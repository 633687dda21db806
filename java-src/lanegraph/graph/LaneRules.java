package lanegraph.graph;

import static lanegraph.graph.Problems.show;

import java.util.List;
import java.util.regex.Pattern;

/** What one lane says about itself: sizes, counts, codec. */
final class LaneRules {
    private static final Pattern INTERVAL = Pattern.compile("interval:[1-9][0-9]{0,6}");
    private static final int MAX_CODEC = 255;

    private final String name;
    private final Problems problems;

    private LaneRules(String name, Problems problems) {
        this.name = name;
        this.problems = problems;
    }

    static void check(GraphSpec spec, Problems problems) {
        spec.lanes().forEach((name, lane) -> new LaneRules(name, problems).check(lane));
    }

    /** True when the number of consumers of a ring can be used for further rules. */
    static boolean goodConsumers(LaneSpec.Ring ring) {
        return ring.consumers() >= 1 && ring.consumers() <= Limits.MAX_CONSUMERS;
    }

    /** The key of a spec that holds the number of consumers. */
    static String consumersKey(LaneSpec lane) {
        return lane instanceof LaneSpec.SequencedSlots ? "gating" : "consumers";
    }

    private void check(LaneSpec lane) {
        codec(lane.codec());
        if (lane instanceof LaneSpec.Ring ring) {
            ring(ring);
        } else if (lane instanceof LaneSpec.Journal journal) {
            journal(journal);
        }
    }

    private void codec(String codec) {
        boolean plain = codec.chars().noneMatch(c -> c == ' ' || Character.isISOControl(c));
        if (codec.isEmpty() || codec.length() > MAX_CODEC || !plain) {
            error(Codes.BAD_CODEC, "codec", codec, show(codec),
                    "a codec's name of 1 to " + MAX_CODEC + " characters without spaces");
        }
    }

    private void ring(LaneSpec.Ring ring) {
        if (!goodConsumers(ring)) {
            error(Codes.BAD_CONSUMERS, consumersKey(ring), ring.consumers(), ring.consumers(),
                    "1 to " + Limits.MAX_CONSUMERS);
        }
        boolean goodSlots = ring.slots() >= Limits.MIN_SLOTS && ring.slots() <= Limits.MAX_SLOTS
                && Integer.bitCount(ring.slots()) == 1;
        if (!goodSlots) {
            error(Codes.BAD_SLOTS, "slots", ring.slots(), ring.slots(),
                    "a power of two from " + Limits.MIN_SLOTS + " to " + Limits.MAX_SLOTS,
                    near(Integer.highestOneBit(Math.max(1, ring.slots() - 1)) * 2L, Limits.MIN_SLOTS,
                            Limits.MAX_SLOTS));
        }
        boolean goodBytes = ring.slotBytes() >= Limits.MIN_SLOT_BYTES
                && ring.slotBytes() <= Limits.MAX_SLOT_BYTES
                && ring.slotBytes() % 8 == 0;
        if (!goodBytes) {
            error(Codes.BAD_SLOT_BYTES, "slot-bytes", ring.slotBytes(), ring.slotBytes(),
                    "a multiple of 8 from " + Limits.MIN_SLOT_BYTES + " to " + Limits.MAX_SLOT_BYTES,
                    near((ring.slotBytes() + 7L) / 8 * 8, Limits.MIN_SLOT_BYTES, Limits.MAX_SLOT_BYTES));
        }
        long bytes = Limits.HEADER_BOUND + (long) ring.slots() * (ring.slotBytes() + 8L);
        if (goodSlots && goodBytes && bytes >= Limits.REGION_BYTES) {
            problems.error(Codes.REGION_TOO_LARGE, List.of("lanes", name, "slots"), ring.slots(),
                    "lane " + show(name) + " is too large: slots=" + ring.slots() + " slot-bytes="
                            + ring.slotBytes() + " bytes=" + bytes + "; expected: less than "
                            + Limits.REGION_BYTES
                            + " bytes (2 GiB); take fewer or smaller slots");
        }
    }

    private void journal(LaneSpec.Journal journal) {
        long segment = journal.segmentBytes();
        if (segment < Limits.MIN_SEGMENT_BYTES || segment > Limits.MAX_SEGMENT_BYTES || segment % 8 != 0) {
            error(Codes.BAD_SEGMENT_BYTES, "segment-bytes", segment, segment,
                    "a multiple of 8 from " + Limits.MIN_SEGMENT_BYTES + " to " + Limits.MAX_SEGMENT_BYTES);
        }
        long retain = journal.retainBytes();
        if (retain < 0 || retain > 0 && retain / 2 < segment) {
            error(Codes.BAD_RETAIN_BYTES, "retain-bytes", retain, retain,
                    "0 (no limit) or at least two segments of " + segment + " bytes");
        }
        if (journal.retainMillis() < 0) {
            error(Codes.BAD_RETAIN_MS, "retain-ms", journal.retainMillis(), journal.retainMillis(),
                    "0 (no limit) or a number of milliseconds");
        }
        if (!goodSync(journal.sync())) {
            error(Codes.BAD_SYNC, "sync", journal.sync(), show(journal.sync()),
                    "none, each, or an interval of 1 to " + Limits.MAX_SYNC_MILLIS + " milliseconds");
        }
    }

    private static boolean goodSync(String sync) {
        return sync.equals("none") || sync.equals("each") || INTERVAL.matcher(sync).matches()
                && Long.parseLong(sync.substring(sync.indexOf(':') + 1)) <= Limits.MAX_SYNC_MILLIS;
    }

    private static String near(long value, long min, long max) {
        return "for example " + Math.max(min, Math.min(max, value));
    }

    private void error(String code, String key, Object value, Object shown, String expected) {
        error(code, key, value, shown, expected, null);
    }

    private void error(String code, String key, Object value, Object shown, String expected, String hint) {
        problems.error(code, List.of("lanes", name, key), value,
                "lane " + show(name) + ": found " + key + "=" + shown + "; expected: " + expected
                        + "; change it", hint);
    }
}
