package bench;

/** What a carrier brings: for one producer and one consumer. */
interface Messages {
    /** The message of this sequence; called with one after the other. */
    Object next(long sequence);

    /** Zero if it is the message of this sequence. */
    long difference(Object message, long sequence);

    /** What a stage makes of it. */
    Object transform(Object message);
}
