package bench;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A message of 64 bytes: eight words, all derived from its sequence; written out one by one, as generated code would. */
final class Payload {
    static final int LENGTH = 64;
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private Payload() {}

    static long word(final long sequence, final int i) {
        return sequence + i * STEP;
    }

    static void write(final MutableDirectBuffer to, final int index, final long sequence) {
        to.putLong(index, word(sequence, 0));
        to.putLong(index + 8, word(sequence, 1));
        to.putLong(index + 16, word(sequence, 2));
        to.putLong(index + 24, word(sequence, 3));
        to.putLong(index + 32, word(sequence, 4));
        to.putLong(index + 40, word(sequence, 5));
        to.putLong(index + 48, word(sequence, 6));
        to.putLong(index + 56, word(sequence, 7));
    }

    /** Zero if the message is the one of this sequence. */
    static long difference(final DirectBuffer from, final int index, final long sequence) {
        return from.getLong(index) ^ word(sequence, 0)
                | from.getLong(index + 8) ^ word(sequence, 1)
                | from.getLong(index + 16) ^ word(sequence, 2)
                | from.getLong(index + 24) ^ word(sequence, 3)
                | from.getLong(index + 32) ^ word(sequence, 4)
                | from.getLong(index + 40) ^ word(sequence, 5)
                | from.getLong(index + 48) ^ word(sequence, 6)
                | from.getLong(index + 56) ^ word(sequence, 7);
    }

    static void check(final long difference, final long upTo) {
        if (difference != 0) {
            throw new IllegalStateException("a message before sequence " + upTo + " is not what was written");
        }
    }

    /** A buffer of one thread's own. */
    static UnsafeBuffer own() {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));
    }
}
