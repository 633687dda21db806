package bench;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import io.aeron.protocol.DataHeaderFlyweight;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron IPC: one exclusive publication, a subscription for each consumer. The driver is in this
 * JVM, with one thread, which moves no message; the window is as large as the other rings.
 */
final class AeronContender implements Contender {
    private static final int LIMIT = 256;
    private static final int FRAME = BitUtil.align(Payload.LENGTH + DataHeaderFlyweight.HEADER_LENGTH, FrameDescriptor.FRAME_ALIGNMENT);

    private final MediaDriver driver;
    private final Aeron aeron;
    private final ExclusivePublication publication;
    private final Subscription[] subscriptions = new Subscription[Sides.CONSUMERS];

    private final boolean copies;

    private static final class Handler implements FragmentHandler {
        private final UnsafeBuffer own = Payload.own();
        private final Arrivals arrivals;
        private final boolean copies;
        private long difference;

        Handler(Arrivals arrivals, boolean copies) {
            this.arrivals = arrivals;
            this.copies = copies;
        }

        @Override
        public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
            long found = length ^ Payload.LENGTH;
            if (copies) {
                buffer.getBytes(offset, own, 0, Payload.LENGTH);
                found |= Payload.difference(own, 0, arrivals.expected(own.getLong(0)));
            } else {
                found |= Payload.difference(buffer, offset, arrivals.expected(buffer.getLong(offset)));
            }
            difference |= found;
        }
    }

    /** @param copies whether messages are offered and copied out, or written by tryClaim and read in place */
    AeronContender(int slots, boolean copies) {
        this.copies = copies;
        int window = slots * FRAME;
        driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .aeronDirectoryName(CommonContext.generateRandomDirName())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new BackoffIdleStrategy(10, 20, 1_000, 100_000))
                .ipcTermBufferLength(Math.max(1 << 16, BitUtil.findNextPositivePowerOfTwo(2 * window)))
                .ipcPublicationTermWindowLength(window));
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
        for (int i = 0; i < subscriptions.length; i++) {
            subscriptions[i] = aeron.addSubscription("aeron:ipc", 1);
        }
        publication = aeron.addExclusivePublication("aeron:ipc", 1);
        for (Subscription subscription : subscriptions) {
            while (!subscription.isConnected() || !publication.isConnected()) {
                Thread.yield();
            }
        }
    }

    @Override
    public void produce(int producer, long first, int count) {
        BufferClaim claim = new BufferClaim();
        UnsafeBuffer own = Payload.own();
        IdleStrategy idle = Sides.whileFull();
        for (int i = 0; i < count; i++) {
            long id = Payload.id(producer, first + i);
            if (copies) {
                Payload.write(own, 0, id);
                while (publication.offer(own, 0, Payload.LENGTH) < 0) {
                    idle.idle();
                }
            } else {
                while (publication.tryClaim(Payload.LENGTH, claim) < 0) {
                    idle.idle();
                }
                Payload.write(claim.buffer(), claim.offset(), id);
                claim.commit();
            }
            idle.reset();
        }
    }

    @Override
    public void consume(int consumer, long first, int count) {
        Subscription subscription = subscriptions[consumer];
        Handler handler = new Handler(new Arrivals(first), copies);
        IdleStrategy idle = Sides.whileEmpty();
        long left = count;
        while (left > 0) {
            int read = subscription.poll(handler, LIMIT);
            if (read == 0) {
                idle.idle();
            } else {
                left -= read;
                Payload.check(handler.difference, first + count - left);
                idle.reset();
            }
        }
    }

    @Override
    public void close() {
        aeron.close();
        driver.close();
    }
}
