package bench;

import org.agrona.concurrent.UnsafeBuffer;

/** Events are objects of eight fields: 64 bytes. */
final class DisruptorHeap extends DisruptorContender<DisruptorHeap.Event> {
    static final class Event {
        long w0, w1, w2, w3, w4, w5, w6, w7;
    }

    DisruptorHeap(int slots) {
        super(slots, Event::new);
    }

    @Override
    void write(Event e, long id, UnsafeBuffer own) {
        e.w0 = Payload.word(id, 0);
        e.w1 = Payload.word(id, 1);
        e.w2 = Payload.word(id, 2);
        e.w3 = Payload.word(id, 3);
        e.w4 = Payload.word(id, 4);
        e.w5 = Payload.word(id, 5);
        e.w6 = Payload.word(id, 6);
        e.w7 = Payload.word(id, 7);
    }

    @Override
    void transform(Event e) {
        e.w0 = Payload.transform(e.w0);
        e.w1 = Payload.transform(e.w1);
        e.w2 = Payload.transform(e.w2);
        e.w3 = Payload.transform(e.w3);
        e.w4 = Payload.transform(e.w4);
        e.w5 = Payload.transform(e.w5);
        e.w6 = Payload.transform(e.w6);
        e.w7 = Payload.transform(e.w7);
    }

    @Override
    long difference(Event e, Arrivals arrivals, UnsafeBuffer own) {
        long id = arrivals.expected(e.w0);
        return e.w0 ^ Payload.arrived(id, 0)
                | e.w1 ^ Payload.arrived(id, 1)
                | e.w2 ^ Payload.arrived(id, 2)
                | e.w3 ^ Payload.arrived(id, 3)
                | e.w4 ^ Payload.arrived(id, 4)
                | e.w5 ^ Payload.arrived(id, 5)
                | e.w6 ^ Payload.arrived(id, 6)
                | e.w7 ^ Payload.arrived(id, 7);
    }
}
