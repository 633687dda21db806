package lanegraph.lane;

/**
 * 128 unused bytes before the fields of every handle, so that handles of different threads that lie side by side on the heap do not share a
 * cache line, nor a pair of lines that is fetched together.
 */
abstract class HandlePadding {
    @SuppressWarnings("unused")
    private long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16;
}
