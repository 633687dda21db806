package lanegraph.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.MalformedInputException;
import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The codecs that need no library: {@code bytes}, {@code string} and {@code long}. */
public final class Codecs {
    /** {@code byte[]}, as it is. */
    public static final Codec BYTES = new Codec() {
        @Override
        public int encode(Object value, MutableDirectBuffer target) {
            byte[] bytes = expect(byte[].class, value, "bytes");
            return put(bytes, target);
        }

        @Override
        public Object decode(DirectBuffer source) {
            return bytes(source);
        }
    };

    /**
     * {@code String}, as UTF-8. Bytes that are no UTF-8, and unpaired surrogates, are refused, never
     * replaced.
     */
    public static final Codec STRING = new Codec() {
        @Override
        public int encode(Object value, MutableDirectBuffer target) throws CharacterCodingException {
            String text = expect(String.class, value, "string");
            byte[] bytes = text.getBytes(UTF_8);
            if (!new String(bytes, UTF_8).equals(text)) {
                throw new MalformedInputException(1); // it has half of a pair, for which '?' was put
            }
            return put(bytes, target);
        }

        @Override
        public Object decode(DirectBuffer source) throws CharacterCodingException {
            byte[] bytes = bytes(source);
            String text = new String(bytes, UTF_8);
            // U+FFFD stands for what is no UTF-8, or for itself
            return text.indexOf('\uFFFD') < 0 ? text : UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        }
    };

    /** {@code Long} (and smaller whole numbers), as 8 bytes, little-endian. */
    public static final Codec LONG = new Codec() {
        @Override
        public int encode(Object value, MutableDirectBuffer target) {
            Number number = expect(Number.class, value, "long");
            boolean whole = number instanceof Long || number instanceof Integer || number instanceof Short
                    || number instanceof Byte;
            if (!whole) {
                throw wrongType("long", "a whole number of at most 64 bits", value);
            }
            if (target.capacity() >= Long.BYTES) {
                target.putLong(0, number.longValue(), ByteOrder.LITTLE_ENDIAN);
            }
            return Long.BYTES;
        }

        @Override
        public Object decode(DirectBuffer source) {
            if (source.capacity() != Long.BYTES) {
                throw new LaneGraphException(Category.INCORRECT, "codec/bad-bytes",
                        "codec long expected a message of 8 bytes, found one of " + source.capacity()
                                + "; the writer used another codec",
                        Map.of("codec", "long", "length", source.capacity()));
            }
            return source.getLong(0, ByteOrder.LITTLE_ENDIAN);
        }
    };

    private Codecs() {}

    /** The codec of this name, or null if it is none of the three. */
    public static Codec named(String name) {
        return switch (name) {
            case "bytes" -> BYTES;
            case "string" -> STRING;
            case "long" -> LONG;
            default -> null;
        };
    }

    private static int put(byte[] bytes, MutableDirectBuffer target) {
        if (bytes.length <= target.capacity()) {
            target.putBytes(0, bytes);
        }
        return bytes.length;
    }

    private static byte[] bytes(DirectBuffer source) {
        byte[] bytes = new byte[source.capacity()];
        source.getBytes(0, bytes);
        return bytes;
    }

    private static <T> T expect(Class<T> type, Object value, String codec) {
        if (!type.isInstance(value)) {
            throw wrongType(codec, type.getSimpleName(), value);
        }
        return type.cast(value);
    }

    private static LaneGraphException wrongType(String codec, String expected, Object value) {
        String found = value == null ? "null" : value.getClass().getName();
        return new LaneGraphException(Category.INCORRECT, "codec/wrong-type",
                "codec " + codec + " expected " + expected + ", found " + found + "; change the value or the lane's codec",
                Map.of("codec", codec, "expected", expected, "found", found));
    }
}
