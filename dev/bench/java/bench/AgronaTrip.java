package bench;

import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/** Two of Agrona's OneToOneRingBuffer, one each way, by tryClaim and commit. */
final class AgronaTrip extends RoundTrip {
    private final RingBuffer[] rings;
    private final Receiver[] receivers;

    private static final class Receiver {
        private final RingBuffer ring;
        private long sequence;
        private final MessageHandler handler = (type, buffer, index, length) ->
                Payload.check(Payload.difference(buffer, index, sequence), sequence);

        Receiver(RingBuffer ring) {
            this.ring = ring;
        }

        void receive(long sequence) {
            this.sequence = sequence;
            while (ring.read(handler, 1) == 0) {
                spin();
            }
        }
    }

    AgronaTrip(int slots) {
        rings = new RingBuffer[] {AgronaContender.ring(slots), AgronaContender.ring(slots)};
        receivers = new Receiver[] {new Receiver(rings[PONG]), new Receiver(rings[PING])};
    }

    @Override
    void send(int side, long sequence) {
        RingBuffer ring = rings[side];
        int index;
        do { // at the end of the buffer it may want a message to be read first
            index = ring.tryClaim(AgronaContender.TYPE, Payload.LENGTH);
        } while (index < 0);
        Payload.write(ring.buffer(), index, sequence);
        ring.commit(index);
    }

    @Override
    void receive(int side, long sequence) {
        receivers[side].receive(sequence);
    }
}
