package lanegraph.region;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C over parts of one segment after another. It reads through a bounds-checked buffer and allocates only when it
 * moves to another segment. For one thread.
 */
public final class Checksum {
    private final CRC32C crc = new CRC32C();
    private Segment segment;
    private ByteBuffer bytes;

    /** The checksum of this many bytes at this offset of the segment. */
    public int of(Segment of, int offset, int length) {
        if (segment != of) {
            segment = of;
            bytes = of.bytes();
        }
        bytes.limit(offset + length).position(offset);
        crc.reset();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
