package lanegraph.lane;

import static lanegraph.region.JournalDescriptor.MESSAGE;
import static lanegraph.region.JournalDescriptor.RECORD_PAYLOAD_OFFSET;
import static lanegraph.region.JournalDescriptor.RECORD_POSITION_OFFSET;
import static lanegraph.region.JournalDescriptor.WORD_LENGTH;

import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.region.Checksum;
import lanegraph.region.JournalDescriptor;
import lanegraph.region.JournalRefusal;
import lanegraph.region.Memory;
import lanegraph.region.Segment;

/** Tells records from damage. For one thread. */
final class RecordCheck {
    private final Checksum checksum = new Checksum();
    private final Memory memory;
    private final int maxLength;
    private final long bound;

    RecordCheck(Memory memory, long segmentBytes) {
        this.memory = memory;
        this.maxLength = JournalDescriptor.maxLength(segmentBytes);
        this.bound = segmentBytes - WORD_LENGTH;
    }

    /**
     * True if this word, found at this offset, is that of a whole message of this position. Every bit of the
     * record counts, but those of the up to 7 bytes behind its payload, which nobody reads.
     */
    boolean isMessage(Segment segment, int offset, long word) {
        int length = JournalDescriptor.lengthOf(word);
        return JournalDescriptor.typeOf(word) == MESSAGE
                && length <= maxLength
                && offset + JournalDescriptor.recordLength(length) <= Math.min(bound, segment.length())
                && memory.getLong(segment.address() + offset + RECORD_POSITION_OFFSET) == segment.first() + offset
                && checksum(segment, offset, length) == JournalDescriptor.checksumOf(word);
    }

    /** The checksum of what stands at this offset, as a message with a payload of this length. */
    int checksum(Segment segment, int offset, int length) {
        return checksum.of(segment, offset + WORD_LENGTH, RECORD_PAYLOAD_OFFSET - WORD_LENGTH + length);
    }

    /** The first offset from this one on where a whole message stands; -1 if none does in this segment. */
    int nextMessage(Segment segment, int from) {
        long end = Math.min(bound, segment.length()) - RECORD_PAYLOAD_OFFSET;
        for (int offset = from; offset <= end; offset += 8) {
            if (isMessage(segment, offset, memory.getLongAcquire(segment.address() + offset))) {
                return offset;
            }
        }
        return -1;
    }

    /** {@code journal/corrupt}: what is wrong with the bytes at this offset. */
    LaneGraphException damage(String journal, Segment segment, int offset, long word) {
        long position = segment.first() + offset;
        int length = JournalDescriptor.lengthOf(word);
        boolean bounded = JournalDescriptor.typeOf(word) == MESSAGE && length <= maxLength
                && offset + JournalDescriptor.recordLength(length) <= Math.min(bound, segment.length());
        if (!bounded) {
            return JournalRefusal.corrupt(journal, position, "commit word", "0x" + Long.toHexString(word),
                    Map.of("message", "at most " + maxLength + " bytes", "padding",
                            "0x" + Long.toHexString(JournalDescriptor.paddingWord(position))));
        }
        long found = memory.getLong(segment.address() + offset + RECORD_POSITION_OFFSET);
        if (found != position) {
            return JournalRefusal.corrupt(journal, position, "position", found, position);
        }
        return JournalRefusal.corrupt(journal, position, "checksum",
                Integer.toHexString(checksum(segment, offset, length)),
                Integer.toHexString(JournalDescriptor.checksumOf(word)));
    }
}
