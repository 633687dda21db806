package lanegraph.lane;

import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The codec of one lane; what it throws says which. Thread-safe, as the codec is. */
record LaneCodec(String lane, String name, Codec codec) {
    /**
     * The length of the value's bytes, written to the buffer as far as they fit; {@code codec/failed}, or what the codec
     * itself reports.
     */
    int encode(Object value, MutableDirectBuffer buffer) {
        try {
            return codec.encode(value, buffer);
        } catch (LaneGraphException ex) {
            throw ex;
        } catch (Exception ex) {
            throw failed("encode a " + value.getClass().getName(), ex);
        }
    }

    /** The value of these bytes; errors as {@link #encode}. */
    Object decode(DirectBuffer source) {
        try {
            return codec.decode(source);
        } catch (LaneGraphException ex) {
            throw ex;
        } catch (Exception ex) {
            throw failed("decode a message of " + source.capacity() + " bytes", ex);
        }
    }

    private LaneGraphException failed(String what, Exception cause) {
        return new LaneGraphException(Category.INCORRECT, "codec/failed",
                "lane " + lane + ": codec " + name + " could not " + what + ": " + cause,
                Map.of("lane", lane, "codec", name), cause);
    }
}
