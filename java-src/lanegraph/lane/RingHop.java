package lanegraph.lane;

import static lanegraph.region.RingDescriptor.SKIP_LENGTH;
import static lanegraph.region.RingDescriptor.WORD_LENGTH;

import java.util.function.BooleanSupplier;
import lanegraph.region.Memory;
import lanegraph.region.RingDescriptor;

/**
 * From a ring into a ring. Each message passes accesses of acquire and of release, behind which the compiler loads every
 * field of the handles again; so what the loop needs stands in local variables, and the handles get it back when it ends.
 */
final class RingHop extends Hop {
    private final RingRx rx;
    private final SingleProducerTx tx;
    private int moved;
    private int published;
    private long bytes;

    RingHop(RingRx rx, SingleProducerTx tx) {
        this.rx = rx;
        this.tx = tx;
    }

    @Override
    public boolean begin() {
        moved = 0;
        published = 0;
        bytes = 0;
        return rx.stands() && tx.room();
    }

    @Override
    public void run(Function function, int limit, BooleanSupplier interrupted) throws Exception {
        RingRx rx = this.rx;
        SingleProducerTx tx = this.tx;
        Memory memory = rx.memory;
        SlotView in = rx.view;
        SlotView out = tx.claimed;
        boolean isNoted = tx.isNoted();
        long start = rx.position;
        long first = tx.tail;
        long end = start + Math.min(limit, tx.limit - first);
        long mask = rx.mask;
        long base = rx.base;
        long stride = rx.stride;
        long position = start;
        long from = rx.slot;
        int length = rx.length;
        long tail = first;
        long to = tx.slot;
        long read = 0;
        tx.target = ClaimTx.NOTHING; // what was claimed before is void
        try {
            while (position < end && !interrupted.getAsBoolean()) {
                // Acquire: the payload is read after its word.
                length = RingDescriptor.lengthIf(memory.getLongAcquire(from), position);
                if (length < 0 || length == SKIP_LENGTH || position >= rx.watched || rx.isMarked() || tx.isMarked()) {
                    break;
                }
                in.at(from + WORD_LENGTH, length);
                out.at(to + WORD_LENGTH);
                int answer = function.apply(in, out);
                if (answer != DROP) {
                    if (answer == LEAVE) {
                        break;
                    }
                    tx.checkOpen(); // not before the function, which may take long
                    if (answer == FORWARD) {
                        tx.checkLength(length);
                        tx.memory.copy(from + WORD_LENGTH, to + WORD_LENGTH, length);
                        answer = length;
                    } else {
                        tx.checkLength(answer);
                    }
                    if (isNoted) { // the notes ask the reader where it stands
                        rx.position = position;
                        rx.length = length;
                    }
                    tx.publishOnly(to, tail, answer);
                    tail++;
                    to += tx.stride;
                    if (tx.endsBlock(tail)) {
                        tx.tail = tail;
                        tx.slot = to;
                        tx.beginBlock(answer);
                        to = tx.slot;
                    }
                }
                read += length;
                position++;
                from = (position & mask) == 0 ? base : from + stride;
                length = RingRx.NONE;
            }
        } finally {
            rx.position = position;
            rx.slot = from;
            rx.length = length;
            tx.tail = tail;
            tx.slot = to;
            moved = (int) (position - start);
            published = (int) (tail - first);
            bytes = read;
        }
    }

    @Override
    public int moved() {
        return moved;
    }

    @Override
    public int published() {
        return published;
    }

    @Override
    public long bytes() {
        return bytes;
    }
}
