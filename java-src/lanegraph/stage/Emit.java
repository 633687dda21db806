package lanegraph.stage;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Several results of a {@link ValueStage} for one message, published in this order. Between two of them other
 * producers' messages may come; the message that they answer is passed over after the last.
 *
 * @param values none of them null; may be empty
 */
public record Emit(List<Object> values) {
    public Emit {
        values = List.copyOf(values);
    }

    public static Emit of(Object... values) {
        return new Emit(List.of(values));
    }

    public static Emit all(Collection<?> values) {
        return new Emit(new ArrayList<>(values));
    }
}
