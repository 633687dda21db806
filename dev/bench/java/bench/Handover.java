package bench;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.agrona.concurrent.IdleStrategy;

/** References from thread to thread by carriers; in between, the roles take from one carrier and put into the next. */
final class Handover implements Contender {
    private static final int LIMIT = 256;

    private final Carrier in;
    private final Carrier out;
    private final Messages messages;
    private final AutoCloseable owner;

    /** By a carrier for each hand-over. */
    Handover(int slots, IntFunction<Carrier> carrier, Messages messages) {
        List<Carrier> carriers = IntStream.rangeClosed(0, Sides.ROLES).mapToObj(i -> carrier.apply(slots)).toList();
        this.in = carriers.get(0);
        this.out = carriers.get(Sides.ROLES);
        this.messages = messages;
        this.owner = () -> { };
        for (int i = 0; i < Sides.ROLES; i++) {
            Carrier from = carriers.get(i);
            Carrier to = carriers.get(i + 1);
            Sides.background(() -> role(from, to));
        }
    }

    /** By one carrier, which has the roles in it. */
    Handover(LaneCarrier lanes, Messages messages) {
        this.in = lanes;
        this.out = lanes;
        this.messages = messages;
        this.owner = lanes;
    }

    private void role(Carrier from, Carrier to) {
        IdleStrategy full = Sides.whileFull();
        IdleStrategy empty = Sides.whileEmpty();
        Consumer<Object> move = message -> offer(to, messages.transform(message), full);
        while (true) {
            empty.idle(from.drain(move, LIMIT));
        }
    }

    private static void offer(Carrier to, Object message, IdleStrategy idle) {
        while (!to.offer(message)) {
            idle.idle();
        }
        idle.reset();
    }

    @Override
    public void produce(int producer, long first, int count) {
        IdleStrategy idle = Sides.whileFull();
        for (int i = 0; i < count; i++) {
            offer(in, messages.next(first + i), idle);
        }
    }

    private final class Check implements Consumer<Object> {
        private long sequence;
        private long difference;

        Check(long first) {
            sequence = first;
        }

        @Override
        public void accept(Object message) {
            long found = messages.difference(message, sequence++);
            difference |= found;
        }
    }

    @Override
    public void consume(int consumer, long first, int count) {
        IdleStrategy idle = Sides.whileEmpty();
        Check check = new Check(first);
        int left = count;
        while (left > 0) {
            int drained = out.drain(check, Math.min(LIMIT, left));
            if (drained == 0) {
                idle.idle();
            } else {
                left -= drained;
                idle.reset();
            }
        }
        Payload.check(check.difference, first + count);
    }

    @Override
    public void close() throws Exception {
        owner.close();
    }
}
