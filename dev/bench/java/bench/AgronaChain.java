package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/** Stages between rings of Agrona, written by hand: each on a thread of its own, or all on one. */
final class AgronaChain implements Contender {
    private static final int LIMIT = 256;

    private final List<RingBuffer> rings;

    AgronaChain(int slots) {
        rings = IntStream.rangeClosed(0, Sides.ROLES).mapToObj(i -> AgronaContender.ring(slots)).toList();
        List<Stage> stages = new ArrayList<>();
        for (int i = 0; i < Sides.ROLES; i++) {
            stages.add(new Stage(rings.get(i), rings.get(i + 1)));
        }
        if (Sides.SHARED) {
            Sides.background(() -> loop(stages));
        } else {
            stages.forEach(stage -> Sides.background(() -> loop(List.of(stage))));
        }
    }

    private record Stage(RingBuffer from, RingBuffer to) {
        ControlledMessageHandler handler() {
            return (type, buffer, index, length) -> {
                int target = to.tryClaim(type, length);
                if (target < 0) {
                    return Action.ABORT;
                }
                Payload.transform(buffer, index, to.buffer(), target);
                to.commit(target);
                return Action.CONTINUE;
            };
        }
    }

    private static void loop(List<Stage> stages) {
        IdleStrategy idle = Sides.whileEmpty();
        ControlledMessageHandler[] handlers = stages.stream().map(Stage::handler).toArray(ControlledMessageHandler[]::new);
        while (true) {
            int work = 0;
            for (int i = 0; i < handlers.length; i++) {
                work += stages.get(i).from.controlledRead(handlers[i], LIMIT);
            }
            idle.idle(work);
        }
    }

    @Override
    public void produce(int producer, long first, int count) {
        RingBuffer ring = rings.get(0);
        IdleStrategy idle = Sides.whileFull();
        for (int i = 0; i < count; i++) {
            int index = AgronaInPlace.claim(ring, idle);
            Payload.write(ring.buffer(), index, Payload.id(producer, first + i));
            ring.commit(index);
        }
    }

    private static final class Check {
        private long sequence;
        private long difference;

        Check(long first) {
            sequence = first;
        }

        MessageHandler handler() {
            return (type, buffer, index, length) -> {
                long found = Payload.difference(buffer, index, sequence++) | length ^ Payload.LENGTH;
                difference |= found;
            };
        }
    }

    @Override
    public void consume(int consumer, long first, int count) {
        RingBuffer ring = rings.get(Sides.ROLES);
        IdleStrategy idle = Sides.whileEmpty();
        Check check = new Check(first);
        MessageHandler handler = check.handler();
        int left = count;
        while (left > 0) {
            int read = ring.read(handler, LIMIT);
            if (read == 0) {
                idle.idle();
            } else {
                left -= read;
                idle.reset();
            }
        }
        Payload.check(check.difference, first + count);
    }
}
