package lanegraph.runtime;

import java.io.IOException;
import java.nio.file.Path;

/** A program that sends messages into a graph of other processes, {@code DIR INGRESS N}, prints {@code sent}, and waits. */
public final class EndpointClient {
    private EndpointClient() {}

    public static void main(String[] args) throws IOException {
        try (AttachedGraph graph = AttachedGraph.attach(SpawnOptions.mapped(Path.of(args[0])))) {
            for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                graph.offer(args[1], "m" + i, 10_000);
            }
            System.out.println("sent");
            System.in.read();
        }
    }
}
