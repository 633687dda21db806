package lanegraph.lane;

import static lanegraph.region.RoleDescriptor.INPUT_BIRTH_OFFSET;
import static lanegraph.region.RoleDescriptor.NONE;
import static lanegraph.region.RoleDescriptor.NOTE_INPUT_OFFSET;
import static lanegraph.region.RoleDescriptor.NOTE_LENGTH;
import static lanegraph.region.RoleDescriptor.NOTE_MESSAGE_OFFSET;
import static lanegraph.region.RoleDescriptor.NOTE_RESULTS_OFFSET;
import static lanegraph.region.RoleDescriptor.OUTPUT_BIRTH_OFFSET;
import static lanegraph.region.RoleDescriptor.RUN;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import lanegraph.region.Memory;
import lanegraph.region.RoleFile;

/**
 * From which messages the last ones of one output came: what lets a role that was killed at any instruction go on
 * without a loss and without a double. For each input there are two notes (t, r, k), which are written in turn: message
 * t of the output, once it is committed, brings the input to position r, with k results of the message there out.
 *
 * <p>A note is written before its message is committed. So after a death the output itself tells whether the note
 * counts: it does if its slot bears t, or a later lap. If it does not, the note before it does, which is the other one.
 *
 * <p>Of an output whose messages are all the role's, from one input, a note can stand for a <em>run</em>: as long as each
 * next message t of the output comes from the next message of the input, r - t stays what it was, and the note tells of
 * them all; for what the last one is, the output tells. Whatever breaks the run is noted before it is committed.
 *
 * <p>It belongs to the role's thread.
 */
public final class Trail {
    private static final long UNKNOWN = -1;
    /** The notes of a pair are one line, so this bit of their addresses tells one from the other. */
    private static final long OTHER = NOTE_LENGTH;
    /** As {@link #ahead}: no run. No message is so far ahead of another. */
    private static final long NO_RUN = Long.MIN_VALUE;

    private final RoleFile file; // keeps the memory of the notes
    private final Memory memory;
    private final Origin origin;
    private final List<String> names;
    private final long[] pairs;
    /** By input: the note to write next, which is the older one. */
    private final long[] next;
    /** By input: where it goes on by the notes that were found, or unknown. */
    private final long[] from;
    private final long[] results;
    private final boolean one;
    /** True if a note may stand for a run. */
    private boolean runs;
    /** In a run: r - t. */
    private long ahead = NO_RUN;
    private boolean resuming;
    /** True once a note told of several results of a message. */
    private boolean several;

    /**
     * @param pairs the names of the output's pairs, by the number of the input
     * @param origin of the role that writes the output
     * @param memory {@link Memory#DIRECT}, or a test's
     */
    public Trail(RoleFile file, List<String> pairs, Origin origin, Memory memory) {
        this.file = file;
        this.memory = memory;
        this.origin = origin;
        this.names = pairs;
        this.pairs = pairs.stream().mapToLong(file::notes).toArray();
        this.next = this.pairs.clone();
        this.one = this.pairs.length == 1;
        this.from = new long[this.pairs.length];
        this.results = new long[this.pairs.length];
        Arrays.fill(from, UNKNOWN);
    }

    /**
     * Notes that message t, which is committed next, comes from where the role's reader stands.
     *
     * <p>It is the older note that is written, and all of it before t is committed, which the caller's next store does with
     * release order. A death in between leaves one of two things there. The older t, which is committed, beside a newer
     * r: then the other note has a higher t, and counts. Or t, which is not committed: then this note is void. So none of
     * the two needs a mark that it is being written; t is the last all the same, so that whoever looks sees whole notes.
     */
    void note(long t) {
        if (several || origin.isSpecial()) {
            noteSpecial(t);
            return;
        }
        // One message, one result, as mostly: k is 0 in both notes, and stays so.
        long r = origin.nextMessage();
        if (!runs) {
            write(one ? 0 : origin.input(), r, t + 1);
        } else if (r - t != ahead) {
            write(0, r, t + 1 | RUN);
            ahead = r - t;
        }
    }

    private void write(int input, long r, long message) {
        long note = next[input];
        memory.putLong(note + NOTE_INPUT_OFFSET, r);
        memory.putLongRelease(note + NOTE_MESSAGE_OFFSET, message);
        next[input] = note ^ OTHER;
    }

    private void noteSpecial(long t) {
        if (!origin.isOutside()) {
            several = true;
            ahead = NO_RUN;
            writeAll(origin.input(), origin.next(), origin.results(), t);
        } else if (ahead != NO_RUN) { // it brings the input no further: the run ends with the message before it
            writeAll(0, t - 1 + ahead, 0, t);
            ahead = NO_RUN;
        } // else the note before it stays true
    }

    private void writeAll(int input, long r, long results, long t) {
        memory.putLong(next[input] + NOTE_RESULTS_OFFSET, results);
        write(input, r, t + 1);
    }

    /**
     * Tells of which lanes the notes of this input speak from now on, before {@link #find}. What was noted of others, in
     * whose place one of these was made, is void: its t would be another's message, its r another's position.
     *
     * @param from the {@linkplain Lane#birth birth} of the input
     * @param to that of the output
     * @return true if something was noted, and is void now
     */
    public boolean bind(int input, long from, long to) {
        long pair = pairs[input];
        if (memory.getLong(pair + INPUT_BIRTH_OFFSET) == from && memory.getLong(pair + OUTPUT_BIRTH_OFFSET) == to) {
            return false;
        }
        boolean noted = memory.getLong(pair + NOTE_MESSAGE_OFFSET) != NONE
                || memory.getLong((pair ^ OTHER) + NOTE_MESSAGE_OFFSET) != NONE;
        forget(input); // first: a death in between leaves notes that say nothing, of whatever lanes
        memory.putLongRelease(pair + INPUT_BIRTH_OFFSET, from);
        memory.putLongRelease(pair + OUTPUT_BIRTH_OFFSET, to);
        return noted;
    }

    /**
     * As {@link #find(LongPredicate)}, for the one writer of a ring.
     *
     * @param tail all messages before it are committed, and none from it on
     */
    void find(long tail) {
        find(t -> t < tail);
        for (int input = 0; input < pairs.length; input++) {
            endRun(input, tail - 1);
        }
        memory.storeStoreFence(); // these notes before the next one, which overwrites what they replace
        runs = one;
    }

    /**
     * Puts a note of the last message in the place of a run, since what is published next need not go on with it: into the
     * other note, which does not count before it is complete.
     */
    private void endRun(int input, long last) {
        long note = next[input] ^ OTHER;
        long message = memory.getLong(note + NOTE_MESSAGE_OFFSET);
        if (message == NONE || (message & RUN) == 0) {
            return;
        }
        long t = (message & ~RUN) - 1;
        from[input] += last - t;
        if (last == t) {
            memory.putLongRelease(note + NOTE_MESSAGE_OFFSET, t + 1); // one store: it says the same
        } else {
            write(input, from[input], last + 1);
        }
    }

    /**
     * Finds where each input goes on. What was noted and never committed is made void, before anything else is
     * published: its t will be another message's.
     *
     * @param committed true for a t that the output has
     */
    void find(LongPredicate committed) {
        for (int input = 0; input < pairs.length; input++) {
            long last = NONE;
            for (long note : new long[] {pairs[input], pairs[input] ^ OTHER}) {
                long t = memory.getLongAcquire(note + NOTE_MESSAGE_OFFSET) & ~RUN;
                several |= memory.getLong(note + NOTE_RESULTS_OFFSET) != 0;
                if (t != NONE && !committed.test(t - 1)) {
                    memory.putLongRelease(note + NOTE_MESSAGE_OFFSET, NONE);
                } else if (t > last) {
                    last = t;
                    from[input] = memory.getLong(note + NOTE_INPUT_OFFSET);
                    results[input] = memory.getLong(note + NOTE_RESULTS_OFFSET);
                    next[input] = note ^ OTHER;
                }
            }
        }
        resuming = true;
    }

    /** The name of the pair of this input and the output. */
    public String pair(int input) {
        return names.get(input);
    }

    /** Where this input goes on by what was found; -1 if nothing was noted. */
    public long from(int input) {
        return from[input];
    }

    /** How many results of the message at {@link #from} are in the output. */
    public long results(int input) {
        return results[input];
    }

    /** What was noted of this input is not true. */
    public void forget(int input) {
        memory.putLongRelease(pairs[input] + NOTE_MESSAGE_OFFSET, NONE);
        memory.putLongRelease((pairs[input] ^ OTHER) + NOTE_MESSAGE_OFFSET, NONE);
        from[input] = UNKNOWN;
        results[input] = 0;
    }

    /**
     * True if the message that the role's reader stands before is in the output: one of several outputs may have been
     * ahead of the others when the role died.
     */
    boolean isOut() {
        if (!resuming) {
            return false;
        }
        resuming = origin.next() <= from[origin.input()];
        return resuming;
    }

    @Override
    public String toString() {
        return "Trail[" + file.file() + " from=" + Arrays.toString(from) + " results=" + Arrays.toString(results) + "]";
    }
}
