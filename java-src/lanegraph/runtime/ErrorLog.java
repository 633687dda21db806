package lanegraph.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.errors.DistinctErrorLog;
import org.agrona.concurrent.errors.ErrorLogReader;

/**
 * Distinct errors that were not fatal, with how often each was seen: in the memory of this process, or in {@code
 * control.dat}. Thread-safe; one process at a time records.
 */
final class ErrorLog {
    private static final int LENGTH = 64 * 1024;
    private static final int ALIGNMENT = 8;

    private final AtomicBuffer buffer;
    private final DistinctErrorLog log;

    ErrorLog() {
        this(BufferUtil.allocateDirectAligned(LENGTH, ALIGNMENT));
    }

    /** Goes on behind the errors of earlier lives, as long as half of the room is left; else these are forgotten. */
    ErrorLog(ByteBuffer memory) {
        buffer = new UnsafeBuffer(memory);
        int end = end(buffer);
        int start = end > buffer.capacity() / 2 ? 0 : end;
        for (int offset = start; offset < buffer.capacity(); offset += Long.BYTES) {
            buffer.putLongVolatile(offset, 0); // also what was half written when its writer died
        }
        log = new DistinctErrorLog(new UnsafeBuffer(buffer, start, buffer.capacity() - start), SystemEpochClock.INSTANCE);
    }

    /** Where the first free place is: an entry begins with its length, which is stored last. */
    private static int end(AtomicBuffer buffer) {
        int offset = 0;
        while (offset < buffer.capacity()) {
            int length = buffer.getIntVolatile(offset);
            if (length <= 0 || length > buffer.capacity() - offset) {
                return offset;
            }
            offset += length + ALIGNMENT - 1 & -ALIGNMENT;
        }
        return offset;
    }

    /** Once the log is full, errors that it does not hold yet are only counted by their role. */
    void record(Throwable error) {
        log.record(error);
    }

    /** In the order in which they were first seen. */
    List<DistinctError> entries() {
        return entries(buffer);
    }

    /** Those of a log that somebody else may be writing. */
    static List<DistinctError> entries(AtomicBuffer buffer) {
        List<DistinctError> entries = new ArrayList<>();
        ErrorLogReader.read(buffer, (count, first, last, text) ->
                entries.add(new DistinctError(text, count, first, last)));
        return entries;
    }
}
