package lanegraph.runtime;

import java.io.IOException;
import java.io.InputStream;

/**
 * Tells a process of a role that its supervisor has ended, however that was: the supervisor holds the other end of the
 * process's standard input, never writes to it, and the kernel closes it. Only for a process that is told to have such a
 * supervisor: others may have an input that has ended from the first.
 */
public final class SupervisorWatch {
    /** The system property by which a supervisor tells a process that it has one: {@code true}. */
    public static final String PROPERTY = "lanegraph.supervised";

    private SupervisorWatch() {}

    /** True if this process was told to have a supervisor. */
    public static boolean isSupervised() {
        return Boolean.getBoolean(PROPERTY);
    }

    /** Calls this once, on a thread of its own, when the supervisor has ended; never if there is none. */
    public static void whenGone(InputStream input, Runnable action) {
        if (!isSupervised()) {
            return;
        }
        Thread thread = new Thread(() -> {
            awaitEnd(input);
            action.run();
        }, "lanegraph:supervisor-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private static void awaitEnd(InputStream input) {
        try {
            while (input.read() >= 0) {
                continue; // nobody should write here; what is written means nothing
            }
        } catch (IOException ex) {
            // as good as its end: nobody is there to tell
        }
    }
}
