package lanegraph.lane;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages that can be told apart, from 1, and that show if they are not whole: their number stands in their first and their last line. */
final class Messages {
    static final int LENGTH = 72;
    /** No message. */
    static final int NONE = 0;
    /** What is read of a message that is not whole. */
    static final int TORN = -9;
    /**
     * How often one side tries what it waits for, in about a microsecond: so it meets the other in the middle of what that does, and
     * not long before or after.
     */
    static final int TRIES = 100;

    private static final int LAST = LENGTH - Long.BYTES;

    private Messages() {}

    /** Writes into the slot itself, where the lane has one producer; true if there was room. */
    static boolean claim(LaneTx tx, long number) {
        MutableDirectBuffer to = tx.claim();
        to.putLong(0, number);
        to.putLong(LAST, number);
        return tx.commit(LENGTH);
    }

    /** Copies the message into the slot, or puts an object there; true if there was room. */
    static boolean offer(LaneTx tx, int number) {
        if (tx.byReference()) {
            return tx.offer(new Numbered(number));
        }
        UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
        message.putLong(0, number);
        message.putLong(LAST, number);
        return tx.offer(message, 0, LENGTH);
    }

    /** The number of the message here. */
    static int number(DirectBuffer message) {
        long number = message.capacity() == LENGTH ? message.getLong(0) : NONE;
        return number == NONE || message.getLong(LAST) != number ? TORN : (int) number;
    }

    /** The same as soon as there is room; true if that came in time. */
    static boolean offerSoon(LaneTx tx, int number) {
        for (int i = 0; i < TRIES; i++) {
            if (tx.room()) {
                return offer(tx, number);
            }
        }
        return false;
    }

    /** Takes the next message, gives its slot back: its number, or {@link #NONE}. */
    static int take(LaneRx rx) {
        if (!rx.peek()) {
            return NONE;
        }
        int number = rx.byReference() ? Numbered.of(rx.value()) : number(rx.payload());
        rx.advance();
        rx.release();
        return number;
    }

    /** Takes two messages by one call: their numbers, {@link #NONE} where there was none. */
    static int[] takeTwo(LaneRx rx) {
        int[] numbers = new int[2];
        int[] count = new int[1];
        rx.drainPayloads(payload -> numbers[count[0]++] = number(payload), 2);
        return numbers;
    }

    /** Looks at a message from outside, until it is gone, or is not what it should be: its number, or {@link #NONE} if it is gone. */
    static int look(Ring ring, long sequence, int expected) {
        int found = NONE;
        for (int i = 0; i < TRIES / 10; i++) {
            Sample sample = ring.sample(sequence);
            found = sample == null ? NONE : number(new UnsafeBuffer(sample.bytes()));
            if (found != expected) {
                return found;
            }
        }
        return found;
    }
}
