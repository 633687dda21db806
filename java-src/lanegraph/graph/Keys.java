package lanegraph.graph;

import java.util.Locale;

/** Enum constants as they are written in specs: {@code BUSY_SPIN} is {@code busy-spin}. */
final class Keys {
    private Keys() {
    }

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The constant of that type with the given key, or null when there is none. */
    static <E extends Enum<E>> E find(Class<E> type, String key) {
        for (E constant : type.getEnumConstants()) {
            if (of(constant).equals(key)) {
                return constant;
            }
        }
        return null;
    }
}
