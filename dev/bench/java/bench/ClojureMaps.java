package bench;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.RT;
import java.util.Arrays;

/** Maps that were made before, in turns; a stage adds a key. The consumer looks at each: is it the one that comes now? */
final class ClojureMaps implements Messages {
    private static final Keyword ID = Keyword.intern("id");
    private static final Keyword STATION = Keyword.intern("station");
    private static final Keyword CELSIUS = Keyword.intern("celsius");
    private static final Keyword KELVIN = Keyword.intern("kelvin");
    private static final double ZERO = 273.15;

    private final IPersistentMap[] maps = new IPersistentMap[1024];

    ClojureMaps() {
        Arrays.setAll(maps, i -> (IPersistentMap) RT.map(ID, (long) i, STATION, "station " + i, CELSIUS, i / 10.0));
    }

    private IPersistentMap map(long sequence) {
        return maps[(int) sequence & maps.length - 1];
    }

    @Override
    public Object next(long sequence) {
        return map(sequence);
    }

    @Override
    public long difference(Object message, long sequence) {
        if (Sides.STAGES == 0) {
            return message == map(sequence) ? 0 : 1;
        }
        IPersistentMap arrived = (IPersistentMap) message;
        return arrived.valAt(ID) == map(sequence).valAt(ID) && arrived.valAt(KELVIN) != null ? 0 : 1;
    }

    @Override
    public Object transform(Object message) {
        IPersistentMap map = (IPersistentMap) message;
        return map.assoc(KELVIN, (double) map.valAt(CELSIUS) + ZERO);
    }
}
