package lanegraph.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Enum constants as they are written in specs: {@code BUSY_SPIN} is {@code busy-spin}. */
final class Keys {
    private Keys() {
    }

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The keys of all constants of that type. */
    static List<String> all(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants()).map(Keys::of).toList();
    }

    /** The constant of that type with the given key, or null when there is none. */
    static <E extends Enum<E>> E find(Class<E> type, String key) {
        return Arrays.stream(type.getEnumConstants()).filter(c -> of(c).equals(key)).findFirst().orElse(null);
    }
}
