package lanegraph.lane;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Turns a value into the bytes of a message and back. One codec serves every handle of its lanes, so it must
 * be thread-safe.
 */
public interface Codec {
    /**
     * Writes the value's bytes at index 0.
     *
     * @return the length in bytes. A length beyond {@code target.capacity()} says what the value would have
     *     needed; what the target holds then is of no meaning, and the caller refuses the value.
     * @throws Exception if the value has no bytes under this codec
     */
    int encode(Object value, MutableDirectBuffer target) throws Exception;

    /**
     * The value whose bytes fill the source, from index 0 to its capacity. The source is only valid during
     * the call: what is kept must be copied.
     *
     * @throws Exception if the bytes are none that this codec writes
     */
    Object decode(DirectBuffer source) throws Exception;
}
