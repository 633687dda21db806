package lanegraph.lane;

import java.util.ArrayList;
import java.util.List;
import lanegraph.region.RingDescriptor;

/**
 * A slot below the tail of a lane of many producers that holds no message yet: its producer writes it now, or died before
 * it had.
 *
 * @param sequence of the message that it is for
 * @param owners the producers who said that they would try for it, one of whom has it
 */
public record OpenClaim(long sequence, List<String> owners) {
    /** Those of a lane at an instant, the oldest first; none of a lane with one producer, or of a journal. */
    public static List<OpenClaim> of(Lane lane) {
        List<OpenClaim> open = new ArrayList<>();
        if (lane instanceof Ring ring && ring.shape().manyProducers()) {
            long tail = ring.produced();
            for (long sequence = ring.slowest(); sequence < tail; sequence++) {
                if (!RingDescriptor.reached(ring.memory.getLongAcquire(ring.slot(sequence)), sequence)) {
                    open.add(new OpenClaim(sequence, owners(ring, sequence)));
                }
            }
        }
        return open;
    }

    private static List<String> owners(Ring ring, long sequence) {
        List<String> owners = new ArrayList<>();
        List<String> producers = ring.shape().producers();
        for (int i = 0; i < producers.size(); i++) {
            long intent = ring.region.address() + RingDescriptor.producerCell(i) + RingDescriptor.CELL_INTENT_OFFSET;
            if (ring.memory.getLongAcquire(intent) == sequence + 1) {
                owners.add(producers.get(i));
            }
        }
        return owners;
    }
}
