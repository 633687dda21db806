package lanegraph.runtime;

/** What became of a message, or of one of its results, at the lanes that it was to go to. */
enum Outcome {
    /** At least one lane has it, and it is done with. */
    PUBLISHED,
    /** Each lane that should have it was full and drops; they have counted it. */
    DROPPED,
    /** No lane should have it. */
    FILTERED,
    /** A lane that should have it is full and blocks: to be sent again, to those that have it not yet. */
    FULL
}
