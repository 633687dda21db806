package lanegraph.graph;

import java.util.Objects;

/**
 * How a stage gets its state back when it starts on mapped lanes: by the messages of the journal that it reads, from here
 * up to where it goes on.
 *
 * @param journal the lane
 * @param from {@code start}, which is the first message that was ever written there, or the position of one
 */
public record Recovery(String journal, String from) {
    public static final String START = "start";

    public Recovery {
        Objects.requireNonNull(journal, "journal");
        Objects.requireNonNull(from, "from");
    }
}
