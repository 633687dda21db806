package lanegraph.lane;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import lanegraph.LaneGraphException;
import lanegraph.region.Existing;
import lanegraph.region.JournalShape;
import lanegraph.region.JournalStore;
import lanegraph.region.Memory;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Messages whose bytes follow from their sequence, to and from a journal, at full speed; and a second process
 * that writes some. Its roles are the writer {@code p} and the reader {@code c}.
 */
public final class JournalTraffic {
    private JournalTraffic() {}

    /** {@code fill DIR SEGMENT-BYTES}: until it is refused; {@code write DIR SEGMENT-BYTES RETAIN COUNT}. */
    public static void main(String[] args) throws IOException {
        Path dir = Path.of(args[1]);
        int segmentBytes = Integer.parseInt(args[2]);
        if (args[0].equals("fill")) {
            fill(dir, segmentBytes);
        } else {
            try (JournalWriter writer = new JournalWriter(dir, segmentBytes, Long.parseLong(args[3]))) {
                System.out.println("ready");
                writer.write(Long.parseLong(args[4]));
                System.out.println("wrote " + writer.journal.produced());
            }
        }
    }

    /** Fills the disk, frees some space by removing the file {@code room} beside the journal, goes on. */
    private static void fill(Path dir, int segmentBytes) throws IOException {
        try (JournalWriter writer = new JournalWriter(dir, segmentBytes, 0)) {
            System.out.println(refusal(writer));
            long before = writer.journal.produced();
            System.out.println(verified(dir, before));
            Files.delete(dir.resolve("room"));
            System.out.println(refusal(writer));
            System.out.println(writer.journal.produced() > before ? "went on" : "stuck");
            System.out.println(verified(dir, writer.journal.produced()));
        }
    }

    private static String refusal(JournalWriter writer) {
        try {
            writer.write(Long.MAX_VALUE);
            return "none";
        } catch (LaneGraphException ex) {
            return ex.code() + " " + ex.getMessage();
        }
    }

    private static String verified(Path dir, long written) {
        try (JournalReader reader = JournalReader.open(dir, "lane")) {
            JournalReader.Verification found = reader.verify();
            return found.damages().isEmpty() && found.records() == written ? "whole" : written + " written, but " + found;
        }
    }

    /** A journal in files with its writer. */
    public static final class JournalWriter implements AutoCloseable {
        public final Journal journal;
        private final LaneTx tx;

        public JournalWriter(Path dir, long segmentBytes, long retainBytes) {
            JournalStore store = JournalStore.mapped(dir, "lane", new JournalShape(segmentBytes, "bytes"), Existing.CONTINUE,
                    true, false);
            JournalPolicy policy = new JournalPolicy(retainBytes, 0, JournalPolicy.NO_SYNC);
            journal = new Journal("lane", store, policy, Codecs.BYTES, "p", true, Memory.DIRECT);
            tx = journal.tx("p", false);
        }

        /** Writes the messages up to before this sequence, as fast as they find room. */
        public void write(long end) {
            for (long sequence = journal.produced(); sequence < end; sequence++) {
                while (!tx.room()) {
                    LockSupport.parkNanos(1_000);
                }
                tx.commit(put(tx.claim(), sequence));
            }
        }

        @Override
        public void close() {
            tx.close();
            journal.close().join();
        }
    }

    private static int length(long sequence) {
        return (int) (sequence * 31 % 101);
    }

    private static int put(MutableDirectBuffer buffer, long sequence) {
        int length = length(sequence);
        for (int i = 0; i < length; i++) {
            buffer.putByte(i, (byte) (sequence * 7 + i));
        }
        return length;
    }

    /** Throws unless this is the message of this sequence. */
    public static void check(DirectBuffer message, long sequence) {
        boolean same = message.capacity() == length(sequence);
        for (int i = 0; same && i < message.capacity(); i++) {
            same = message.getByte(i) == (byte) (sequence * 7 + i);
        }
        if (!same) {
            throw new AssertionError("message " + sequence + " is not as it was written: " + message.capacity() + " bytes");
        }
    }

    /** Reads up to this many messages with a named reader, checks each; how many there were. */
    public static long read(LaneRx rx, long most) {
        long count = 0;
        int drain = 0;
        while (count < most && rx.peek()) {
            check(rx.payload(), rx.sequence());
            rx.advance();
            count++;
            if (++drain == rx.drainLimit()) {
                rx.release();
                drain = 0;
            }
        }
        rx.release();
        return count;
    }

    /**
     * Reads from outside until the record before this sequence was seen, checks each, and goes on behind what
     * has been removed; how often that was.
     */
    public static long follow(JournalReader reader, long end) {
        long gone = 0;
        long next = 0;
        while (next < end) {
            try {
                JournalReader.Record record = reader.next();
                if (record != null) {
                    if (record.sequence() < next) {
                        throw new AssertionError("sequence " + record.sequence() + " after " + next);
                    }
                    check(new org.agrona.concurrent.UnsafeBuffer(record.bytes()), record.sequence());
                    next = record.sequence() + 1;
                }
            } catch (LaneGraphException ex) {
                if (!ex.code().equals("journal/position-gone")) {
                    throw ex;
                }
                gone++;
                reader.toStart();
            }
        }
        return gone;
    }
}
