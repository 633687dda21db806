package bench;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A message of 64 bytes: eight words, all derived from its id, which is its producer and its sequence; written out one by
 * one, as generated code would.
 */
final class Payload {
    static final int LENGTH = 64;
    private static final int PRODUCER_SHIFT = 56;
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private Payload() {}

    static long id(int producer, long sequence) {
        return (long) producer << PRODUCER_SHIFT | sequence;
    }

    /** The producer of a message whose first word is this. */
    static int producer(long word) {
        return (int) (word >>> PRODUCER_SHIFT);
    }

    static long word(long id, int i) {
        return id + i * STEP;
    }

    static void write(MutableDirectBuffer to, int index, long id) {
        to.putLong(index, word(id, 0));
        to.putLong(index + 8, word(id, 1));
        to.putLong(index + 16, word(id, 2));
        to.putLong(index + 24, word(id, 3));
        to.putLong(index + 32, word(id, 4));
        to.putLong(index + 40, word(id, 5));
        to.putLong(index + 48, word(id, 6));
        to.putLong(index + 56, word(id, 7));
    }

    /** Zero if the message is the one of this id. */
    static long difference(DirectBuffer from, int index, long id) {
        return from.getLong(index) ^ word(id, 0)
                | from.getLong(index + 8) ^ word(id, 1)
                | from.getLong(index + 16) ^ word(id, 2)
                | from.getLong(index + 24) ^ word(id, 3)
                | from.getLong(index + 32) ^ word(id, 4)
                | from.getLong(index + 40) ^ word(id, 5)
                | from.getLong(index + 48) ^ word(id, 6)
                | from.getLong(index + 56) ^ word(id, 7);
    }

    static void check(long difference, long upTo) {
        if (difference != 0) {
            throw new IllegalStateException("one of the messages before the " + upTo + "th is not what was written");
        }
    }

    /** A buffer of one thread's own. */
    static UnsafeBuffer own() {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));
    }
}
