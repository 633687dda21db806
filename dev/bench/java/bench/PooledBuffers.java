package bench;

import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Buffers that are used again and again: twice as many as the queue holds, so that none is written while it is read.
 * Filled and read where they are, or from and into a buffer of the thread's own.
 */
final class PooledBuffers implements Messages {
    private final UnsafeBuffer[] pool;
    private final UnsafeBuffer source;
    private final UnsafeBuffer target;

    PooledBuffers(int slots, boolean copies) {
        pool = new UnsafeBuffer[2 * slots];
        Arrays.setAll(pool, i -> new UnsafeBuffer(new byte[Payload.LENGTH]));
        source = copies ? Payload.own() : null;
        target = copies ? Payload.own() : null;
    }

    @Override
    public Object next(long sequence) {
        UnsafeBuffer message = pool[(int) sequence & pool.length - 1];
        if (source == null) {
            Payload.write(message, 0, sequence);
        } else {
            Payload.write(source, 0, sequence);
            message.putBytes(0, source, 0, Payload.LENGTH);
        }
        return message;
    }

    @Override
    public long difference(Object message, long sequence) {
        UnsafeBuffer buffer = (UnsafeBuffer) message;
        if (target == null) {
            return Payload.difference(buffer, 0, sequence);
        }
        buffer.getBytes(0, target, 0, Payload.LENGTH);
        return Payload.difference(target, 0, sequence);
    }

    @Override
    public Object transform(Object message) {
        UnsafeBuffer buffer = (UnsafeBuffer) message;
        Payload.transform(buffer, 0, buffer, 0);
        return buffer;
    }
}
