package bench;

/** Events are objects of eight fields. */
final class DisruptorHeap extends DisruptorContender<DisruptorHeap.Event> {
    static final class Event {
        long w0, w1, w2, w3, w4, w5, w6, w7;
    }

    DisruptorHeap(final int slots) {
        super(slots, Event::new);
    }

    @Override
    void write(final Event e, final long sequence) {
        e.w0 = Payload.word(sequence, 0);
        e.w1 = Payload.word(sequence, 1);
        e.w2 = Payload.word(sequence, 2);
        e.w3 = Payload.word(sequence, 3);
        e.w4 = Payload.word(sequence, 4);
        e.w5 = Payload.word(sequence, 5);
        e.w6 = Payload.word(sequence, 6);
        e.w7 = Payload.word(sequence, 7);
    }

    @Override
    long difference(final Event e, final long sequence) {
        return e.w0 ^ Payload.word(sequence, 0)
                | e.w1 ^ Payload.word(sequence, 1)
                | e.w2 ^ Payload.word(sequence, 2)
                | e.w3 ^ Payload.word(sequence, 3)
                | e.w4 ^ Payload.word(sequence, 4)
                | e.w5 ^ Payload.word(sequence, 5)
                | e.w6 ^ Payload.word(sequence, 6)
                | e.w7 ^ Payload.word(sequence, 7);
    }
}
