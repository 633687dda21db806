package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.errors.DistinctErrorLog;
import org.agrona.concurrent.errors.ErrorLogReader;

/** The distinct errors of a graph that were not fatal, with how often each was seen. Thread-safe. */
final class ErrorLog {
    private static final int LENGTH = 64 * 1024;

    private final AtomicBuffer buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(LENGTH, Long.BYTES));
    private final DistinctErrorLog log = new DistinctErrorLog(buffer, SystemEpochClock.INSTANCE);

    /** Once the log is full, errors that it does not hold yet are only counted by their role. */
    void record(Throwable error) {
        log.record(error);
    }

    /** In the order in which they were first seen. */
    List<DistinctError> entries() {
        List<DistinctError> entries = new ArrayList<>();
        ErrorLogReader.read(buffer, (count, first, last, text) ->
                entries.add(new DistinctError(text, count, first, last)));
        return entries;
    }
}
