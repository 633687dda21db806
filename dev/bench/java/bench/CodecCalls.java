package bench;

import clojure.java.api.Clojure;
import clojure.lang.IDeref;
import clojure.lang.Keyword;
import clojure.lang.RT;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import lanegraph.lane.Codec;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A value to bytes and back by the codec of a lane; of maps a small one, of the others what they carry. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecCalls {
    @Param({"long", "string", "edn", "json"})
    public String codec;

    private final UnsafeBuffer bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(256));
    private final UnsafeBuffer message = new UnsafeBuffer(bytes);
    private Codec coded;
    private Object value;

    @Setup
    public void setUp() throws Exception {
        Clojure.var("clojure.core", "require").invoke(Clojure.read("lanegraph.codec"));
        coded = (Codec) RT.get(((IDeref) Clojure.var("lanegraph.codec", "built-in")).deref(), Keyword.intern(codec));
        value = switch (codec) {
            case "long" -> 1234567890123L;
            case "string" -> "2012-10-30,34.5,rain at the station";
            case "edn" -> RT.map(Keyword.intern("date"), "2012-10-30", Keyword.intern("celsius"), 34.5, Keyword.intern("wet"), true);
            default -> RT.map("date", "2012-10-30", "celsius", 34.5, "wet", true);
        };
        message.wrap(bytes, 0, coded.encode(value, bytes));
    }

    @Benchmark
    public int encode() throws Exception {
        return coded.encode(value, bytes);
    }

    @Benchmark
    public Object decode() throws Exception {
        return coded.decode(message);
    }
}
