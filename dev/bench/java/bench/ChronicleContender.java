package bench;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LargeRollCycles;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.concurrent.IdleStrategy;

/** Chronicle Queue: an appender and a tailer, written and read in place. */
final class ChronicleContender implements Contender {
    private final Scratch scratch = Scratch.ifAsked();
    private final ChronicleQueue queue = SingleChronicleQueueBuilder.binary(scratch.directory)
            .rollCycle(LargeRollCycles.LARGE_DAILY)
            .build();
    private ExcerptAppender appender;
    private ExcerptTailer tailer;

    @Override
    public void produce(int producer, long first, int count) {
        if (appender == null) { // it belongs to this thread
            appender = queue.createAppender();
        }
        ExcerptAppender appender = this.appender;
        for (int i = 0; i < count; i++) {
            try (DocumentContext document = appender.writingDocument()) {
                write(document.wire().bytes(), Payload.id(producer, first + i));
            }
        }
    }

    @Override
    public void consume(int consumer, long first, int count) {
        if (tailer == null) {
            tailer = queue.createTailer();
        }
        ExcerptTailer tailer = this.tailer;
        Arrivals arrivals = new Arrivals(first);
        IdleStrategy idle = Sides.whileEmpty();
        long difference = 0;
        for (int read = 0; read < count;) {
            try (DocumentContext document = tailer.readingDocument()) {
                if (document.isPresent()) {
                    difference |= difference(document.wire().bytes(), arrivals);
                    read++;
                    continue;
                }
            }
            Payload.check(difference, first + read);
            idle.idle();
        }
        Payload.check(difference, first + count);
    }

    private static void write(Bytes<?> to, long id) {
        to.writeLong(Payload.word(id, 0));
        to.writeLong(Payload.word(id, 1));
        to.writeLong(Payload.word(id, 2));
        to.writeLong(Payload.word(id, 3));
        to.writeLong(Payload.word(id, 4));
        to.writeLong(Payload.word(id, 5));
        to.writeLong(Payload.word(id, 6));
        to.writeLong(Payload.word(id, 7));
    }

    private static long difference(Bytes<?> from, Arrivals arrivals) {
        long word = from.readLong();
        long id = arrivals.expected(word);
        return word ^ Payload.word(id, 0)
                | from.readLong() ^ Payload.word(id, 1)
                | from.readLong() ^ Payload.word(id, 2)
                | from.readLong() ^ Payload.word(id, 3)
                | from.readLong() ^ Payload.word(id, 4)
                | from.readLong() ^ Payload.word(id, 5)
                | from.readLong() ^ Payload.word(id, 6)
                | from.readLong() ^ Payload.word(id, 7);
    }

    @Override
    public void close() {
        queue.close();
        scratch.close();
    }
}
