package lanegraph.region;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * What the bytes of a ring's region mean. Two regions of one shape are interchangeable; a region of another
 * shape is refused on attach. A changed stage function, argument or further lane does not change it.
 *
 * @param kind {@code events}, {@code fanout-broadcast} or {@code sequenced-slots}
 * @param slots how many, a power of two 2…2^20
 * @param slotBytes the largest payload in bytes, 8…65,528, a multiple of 8
 * @param codec the name of the codec that gives the payload its meaning
 * @param producers the owners' names, one for each producer cell, in the order of the cells; empty if nobody
 *     writes
 * @param cursors the owners' names, one for each cursor cell, in the order of the cells; at least one
 */
public record RingShape(
        String kind, int slots, int slotBytes, String codec, List<String> producers, List<String> cursors) {

    public RingShape {
        producers = List.copyOf(producers);
        cursors = List.copyOf(cursors);
    }

    /** True if producers claim by compare-and-set, because there is more than one. */
    public boolean manyProducers() {
        return producers.size() > 1;
    }

    /** SHA-256 over every field: 32 bytes. */
    public byte[] hash() {
        final String text = String.join("\n", kind, Integer.toString(slots), Integer.toString(slotBytes), codec,
                String.join(",", producers), String.join(",", cursors));
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (final NoSuchAlgorithmException ex) {
            throw new IllegalStateException("every Java platform has SHA-256", ex);
        }
    }
}
