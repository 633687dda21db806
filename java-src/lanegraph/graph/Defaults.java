package lanegraph.graph;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The values that a key of the spec has when it is not written: the one place for them in Java. */
public final class Defaults {
    public static final OnFull ON_FULL = OnFull.BLOCK;
    public static final Idle IDLE = Idle.BACKOFF;
    public static final boolean ALLOW_CYCLES = false;
    public static final int SLOTS = 4096;
    public static final int SLOT_BYTES = 256;
    public static final String CODEC = "bytes";
    public static final boolean RETAIN = true;
    public static final int GATING = 1;
    public static final long SEGMENT_BYTES = 16L * 1024 * 1024;
    public static final long RETAIN_BYTES = 0;
    public static final long RETAIN_MILLIS = 0;
    public static final String SYNC = "none";
    public static final String AS = "map";
    public static final boolean SEQUENCE = false;
    public static final String RECOVER = "fresh";
    public static final OnError ON_ERROR = new OnError.Stop();
    public static final RouterPolicy ROUTER_POLICY = RouterPolicy.broadcast();
    public static final MergePolicy MERGE_POLICY = MergePolicy.ROUND_ROBIN;

    private Defaults() {
    }

    /**
     * Every default by {@code section/key}, the keys as a spec writes them. Sections are {@code graph},
     * {@code lane} and {@code role}; {@code router} and {@code merge} hold what differs by the kind of role.
     * Values are strings, longs and booleans.
     */
    public static SortedMap<String, Object> asMap() {
        SortedMap<String, Object> map = new TreeMap<>();
        map.put("graph/on-full", ON_FULL.key());
        map.put("graph/idle", IDLE.key());
        map.put("graph/allow-cycles", ALLOW_CYCLES);
        map.put("lane/slots", (long) SLOTS);
        map.put("lane/slot-bytes", (long) SLOT_BYTES);
        map.put("lane/codec", CODEC);
        map.put("lane/retain", RETAIN);
        map.put("lane/gating", (long) GATING);
        map.put("lane/segment-bytes", SEGMENT_BYTES);
        map.put("lane/retain-bytes", RETAIN_BYTES);
        map.put("lane/retain-ms", RETAIN_MILLIS);
        map.put("lane/sync", SYNC);
        map.put("role/as", AS);
        map.put("role/sequence", SEQUENCE);
        map.put("role/recover", RECOVER);
        map.put("role/on-error", "stop");
        map.put("router/policy", ROUTER_POLICY.key());
        map.put("merge/policy", MERGE_POLICY.key());
        return Collections.unmodifiableSortedMap(map);
    }
}
