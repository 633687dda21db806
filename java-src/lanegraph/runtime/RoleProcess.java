package lanegraph.runtime;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import lanegraph.LaneGraphException;
import lanegraph.graph.GraphSpec;
import sun.misc.Signal;

/**
 * A program for one role in a process of its own, of a graph as canonical text: its stages are names of Java classes.
 * Prints {@code ready ROLE} when the role runs. SIGTERM and SIGINT let it end between two messages; so does the end of its
 * supervisor, if it has one: {@link SupervisorWatch}.
 *
 * <p>Exit codes: 0 after SIGTERM or the end of its supervisor, 130 after SIGINT, 1 when the role failed or could not start, 2 when called wrongly.
 */
public final class RoleProcess {
    private static final int RUNNING = -1;
    private static final long LOOK_MS = 20;

    /** How the process was told to end. A start that takes long, as of a state that is rebuilt, is interrupted by it. */
    private static final class Ending {
        private final Thread starter = Thread.currentThread();
        private boolean starting = true;
        private int exit = RUNNING;

        synchronized void end(int code) {
            exit = exit == RUNNING ? code : exit;
            if (starting) {
                starter.interrupt();
            }
        }

        synchronized void started() {
            starting = false;
            Thread.interrupted();
        }

        synchronized int exit() {
            return exit;
        }
    }

    private RoleProcess() {}

    /** @param args the file of the graph, the name of the role, the directory of the lanes */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    private static int run(String[] args, PrintStream out, PrintStream err) {
        if (args.length != 3) {
            err.println("expected 3 arguments: GRAPH.kv ROLE DIR; found " + args.length);
            return 2;
        }
        Ending ending = new Ending();
        Signal.handle(new Signal("TERM"), signal -> ending.end(0));
        Signal.handle(new Signal("INT"), signal -> ending.end(130));
        SupervisorWatch.whenGone(System.in, () -> ending.end(0));
        try {
            GraphSpec spec = GraphSpec.parse(Files.readString(Path.of(args[0])));
            try (LaneGraph graph = LaneGraph.runRole(spec, args[1], SpawnOptions.mapped(Path.of(args[2])))) {
                ending.started();
                out.println("ready " + args[1]);
                while (ending.exit() == RUNNING && !graph.join(LOOK_MS)) {
                    continue; // until a signal comes, or the role fails
                }
            }
            return ending.exit();
        } catch (LaneGraphException | IOException ex) {
            if (ending.exit() != RUNNING && ex instanceof LaneGraphException why && why.code().equals("call/interrupted")) {
                return ending.exit();
            }
            err.println(args[1] + ": " + ex.getMessage());
            for (Throwable cause = ex.getCause(); cause != null; cause = cause.getCause()) {
                err.println("  cause: " + cause);
            }
            return 1;
        }
    }
}
