package bench;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * Aeron IPC: one exclusive publication by tryClaim, a subscription for each consumer, read in place. The driver is in this
 * JVM, with one thread, which moves no message; the window is as large as the other rings.
 */
final class AeronContender implements Contender {
    private static final int LIMIT = 256;
    private static final int FRAME = 96; // header and payload

    private final MediaDriver driver;
    private final Aeron aeron;
    private final ExclusivePublication publication;
    private final Subscription[] subscriptions = new Subscription[Sides.CONSUMERS];

    private static final class Handler implements FragmentHandler {
        private final Arrivals arrivals;
        private long difference;

        Handler(Arrivals arrivals) {
            this.arrivals = arrivals;
        }

        @Override
        public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
            difference |= Payload.difference(buffer, offset, arrivals.expected(buffer.getLong(offset)))
                    | length ^ Payload.LENGTH;
        }
    }

    AeronContender(int slots) {
        int window = Math.max(1 << 16, BitUtil.findNextPositivePowerOfTwo(slots * FRAME));
        driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .aeronDirectoryName(CommonContext.generateRandomDirName())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new BackoffIdleStrategy(10, 20, 1_000, 100_000))
                .ipcTermBufferLength(Math.max(1 << 16, 2 * window))
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
        ExclusivePublication publication = this.publication;
        BufferClaim claim = new BufferClaim();
        IdleStrategy idle = Sides.whileFull();
        for (int i = 0; i < count; i++) {
            if (publication.tryClaim(Payload.LENGTH, claim) < 0) {
                claim(publication, claim, idle);
            }
            Payload.write(claim.buffer(), claim.offset(), Payload.id(producer, first + i));
            claim.commit();
        }
    }

    private static void claim(ExclusivePublication publication, BufferClaim claim, IdleStrategy idle) {
        while (publication.tryClaim(Payload.LENGTH, claim) < 0) {
            idle.idle();
        }
        idle.reset();
    }

    @Override
    public void consume(int consumer, long first, int count) {
        Subscription subscription = subscriptions[consumer];
        Handler handler = new Handler(new Arrivals(first));
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
