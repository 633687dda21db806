package lanegraph.region;

/** What to do when a lane's file is there already. */
public enum Existing {
    /** Attach and go on with what is in it; make the file if it is missing. */
    CONTINUE,
    /** Refuse with {@code lane/exists}; make the file if it is missing. */
    REFUSE,
    /** Throw away what is in it and start empty. */
    REPLACE
}
