package lanegraph.graph;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The code of every problem that {@link Validator} reports and of every exception of this package. */
public final class Codes {
    private static final SortedMap<String, String> ALL = new TreeMap<>();

    public static final String BAD_NAME = code("graph/bad-name",
            "A name is not a letter a-z followed by at most 62 of a-z, 0-9 and dash.");
    public static final String NAME_CLASH = code("graph/name-clash",
            "Two names of one section are equal when upper and lower case do not count.");
    public static final String NO_ROLES = code("graph/no-roles",
            "The graph has no role.");
    public static final String UNKNOWN_LANE = code("graph/unknown-lane",
            "A role, an endpoint or a dead letter names a lane that the graph does not have.");
    public static final String TWO_READERS = code("graph/two-readers",
            "A cursor has more than one reader: an events lane, or one consumer of a lane with several.");
    public static final String TWO_WRITERS = code("graph/two-writers",
            "A journal or a lane of sequenced slots has more than one writer.");
    public static final String TOO_MANY_WRITERS = code("graph/too-many-writers",
            "A lane has more than 64 writers.");
    public static final String CONSUMER_MISSING = code("graph/consumer-missing",
            "A reader of a lane with several consumers does not say which one it reads.");
    public static final String CONSUMER_RANGE = code("graph/consumer-range",
            "A reader names a consumer that its lane does not have.");
    public static final String CONSUMER_MISPLACED = code("graph/consumer-misplaced",
            "A consumer is named where none can be: on an events lane, on a journal, or by an ingress.");
    public static final String CONSUMER_UNREAD = code("graph/consumer-unread",
            "A lane has readers, but one of its consumers has none, so the lane would fill up.");
    public static final String BAD_CONSUMERS = code("graph/bad-consumers",
            "The number of consumers or gating readers is not 1 to 64.");
    public static final String BAD_SLOTS = code("graph/bad-slots",
            "The number of slots is not a power of two from 2 to 1048576.");
    public static final String BAD_SLOT_BYTES = code("graph/bad-slot-bytes",
            "The size of a slot is not a multiple of 8 from 8 to 65528.");
    public static final String REGION_TOO_LARGE = code("graph/region-too-large",
            "The slots of a lane need 2 GiB or more.");
    public static final String BAD_SEGMENT_BYTES = code("graph/bad-segment-bytes",
            "The size of a journal's segment is not a multiple of 8 from 4096 to 1073741824.");
    public static final String BAD_RETAIN_BYTES = code("graph/bad-retain-bytes",
            "A journal's size limit is neither 0 (no limit) nor at least two segments.");
    public static final String BAD_RETAIN_MS = code("graph/bad-retain-ms",
            "A journal's age limit is negative.");
    public static final String BAD_SYNC = code("graph/bad-sync",
            "A journal's sync is neither none nor each nor an interval of 1 to 3600000 milliseconds.");
    public static final String BAD_FROM = code("graph/bad-from",
            "A role or an endpoint starts neither at :start nor at :tail nor at a position from 0 on.");
    public static final String NO_JOURNAL = code("graph/no-journal",
            "A role or an endpoint says from where on it reads a journal, but reads none.");
    public static final String BAD_RECOVER = code("graph/bad-recover",
            "A stage is to get its state back from a lane that is not the journal it reads, or it is used in a way that has no state.");
    public static final String RECOVER_RETENTION = code("graph/recover-retention",
            "Warning: a stage gets its state back from a journal that lets go what is old, after which it can no more.");
    public static final String BAD_CODEC = code("graph/bad-codec",
            "A codec's name is empty, longer than 255 characters, or holds a space or a control character.");
    public static final String CODEC_MISMATCH = code("graph/codec-mismatch",
            "A role forwards messages between lanes of different codecs.");
    public static final String SMALLER_SLOTS = code("graph/smaller-slots",
            "Warning: a role forwards messages to a lane whose slots are smaller than those it reads.");
    public static final String EMPTY_STAGE = code("graph/empty-stage",
            "A stage role, or a router's by, does not say which function it runs.");
    public static final String UNKNOWN_AS = code("graph/unknown-as",
            "A stage's function is to be used in a way that does not exist.");
    public static final String NO_RX = code("graph/no-rx",
            "A merge reads no lane.");
    public static final String NO_TX = code("graph/no-tx",
            "A router writes no lane.");
    public static final String DUPLICATE_RX = code("graph/duplicate-rx",
            "A merge reads the same lane twice.");
    public static final String DUPLICATE_TX = code("graph/duplicate-tx",
            "A router writes the same lane twice.");
    public static final String ROUTER_OUTPUTS = code("graph/router-outputs",
            "A router that reads a whole fanout has not as many outputs as that has consumers.");
    public static final String DEAD_LETTER_LOOP = code("graph/dead-letter-loop",
            "A role sends its failed messages to a lane that it reads, so that they fail for ever.");
    public static final String BLOCKING_CYCLE = code("graph/blocking-cycle",
            "Every lane of a cycle blocks when it is full, so that the cycle can stand still for ever.");
    public static final String UNREAD_LANE = code("graph/unread-lane",
            "Warning: nothing reads a lane, so that it fills up.");
    public static final String UNWRITTEN_LANE = code("graph/unwritten-lane",
            "Warning: nothing writes a lane, so that its readers never get a message.");
    public static final String UNUSED_LANE = code("graph/unused-lane",
            "Warning: nothing reads or writes a lane.");
    public static final String UNREACHABLE_ROLE = code("graph/unreachable-role",
            "Warning: no message from an ingress can reach a role.");
    public static final String INVALID = code("graph/invalid",
            "Exception: a graph with errors cannot be used; the details hold the problems.");
    public static final String BAD_TEXT = code("graph/bad-text",
            "Exception: a text is not the canonical text of a graph; the details hold the line.");
    public static final String DUPLICATE_NAME = code("graph/duplicate-name",
            "Exception: a builder was given two things of one name in one section.");
    public static final String INCOMPLETE = code("graph/incomplete",
            "Exception: a builder was given a role without the lanes that its kind needs.");

    private Codes() {
    }

    /** Every code with what it means, in one sentence. */
    public static SortedMap<String, String> all() {
        return Collections.unmodifiableSortedMap(ALL);
    }

    private static String code(String code, String doc) {
        ALL.put(code, doc);
        return code;
    }
}
