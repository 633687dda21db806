package bench;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A message of some words, 64 bytes unless the property {@code bench.bytes} says otherwise: all words are derived from its
 * id, which is its producer and its sequence, and multiplied by each stage on the way; eight at a time are written out one
 * by one, as generated code would.
 */
final class Payload {
    static final int LENGTH = Integer.getInteger("bench.bytes", 64);
    private static final int BLOCK = 64;
    private static final int BLOCKS = LENGTH / BLOCK;
    private static final int PRODUCER_SHIFT = 56;
    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final long BLOCK_STEP = BLOCK / 8 * STEP;
    private static final long STAGE_FACTOR = 0x5851F42D4C957F2DL;
    /** What the words of a message have been multiplied by when they come to a consumer. */
    private static final long FACTOR = factor(Sides.STAGES);

    private Payload() {}

    private static long factor(int stages) {
        return stages == 0 ? 1 : STAGE_FACTOR * factor(stages - 1);
    }

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

    /** The word as it comes to a consumer. */
    static long arrived(long id, int i) {
        return word(id, i) * FACTOR;
    }

    static void write(MutableDirectBuffer to, int index, long id) {
        for (int block = 0; block < BLOCKS; block++) {
            writeBlock(to, index + block * BLOCK, id + block * BLOCK_STEP);
        }
        for (int at = BLOCKS * BLOCK; at < LENGTH; at += 8) {
            to.putLong(index + at, word(id, at / 8));
        }
    }

    private static void writeBlock(MutableDirectBuffer to, int index, long id) {
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
        long difference = 0;
        for (int block = 0; block < BLOCKS; block++) {
            difference |= blockDifference(from, index + block * BLOCK, id + block * BLOCK_STEP);
        }
        for (int at = BLOCKS * BLOCK; at < LENGTH; at += 8) {
            difference |= from.getLong(index + at) ^ arrived(id, at / 8);
        }
        return difference;
    }

    private static long blockDifference(DirectBuffer from, int index, long id) {
        return from.getLong(index) ^ arrived(id, 0)
                | from.getLong(index + 8) ^ arrived(id, 1)
                | from.getLong(index + 16) ^ arrived(id, 2)
                | from.getLong(index + 24) ^ arrived(id, 3)
                | from.getLong(index + 32) ^ arrived(id, 4)
                | from.getLong(index + 40) ^ arrived(id, 5)
                | from.getLong(index + 48) ^ arrived(id, 6)
                | from.getLong(index + 56) ^ arrived(id, 7);
    }

    /** What a stage does: it reads, multiplies and writes every word; in place where both are the same. */
    static void transform(DirectBuffer from, int index, MutableDirectBuffer to, int target) {
        for (int at = 0; at < LENGTH; at += 8) {
            to.putLong(target + at, from.getLong(index + at) * STAGE_FACTOR);
        }
    }

    static long transform(long word) {
        return word * STAGE_FACTOR;
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
