package lanegraph.crash;

import java.util.ArrayList;
import java.util.List;
import lanegraph.stage.Emit;
import lanegraph.stage.FilterStage;
import lanegraph.stage.StateCarrier;
import lanegraph.stage.ValueRoute;
import lanegraph.stage.ValueStage;
import org.agrona.DirectBuffer;

/** Stages of a graph that is killed again and again. A message is a line with a number before it: {@code 12,2012-01-13,0.0,…}. */
public final class Weather {
    private Weather() {}

    static long number(String line) {
        return Long.parseLong(line, 0, line.indexOf(','), 10);
    }

    /** Fails for every seventeenth line. */
    public static final class Tidy implements ValueStage {
        @Override
        public Object apply(Object value) {
            if (number((String) value) % 17 == 0) {
                throw new IllegalArgumentException("a seventeenth line");
            }
            return value;
        }
    }

    /** None to three results of a line, the number of the result behind it. */
    public static final class Several implements ValueStage {
        @Override
        public Object apply(Object value) {
            List<Object> results = new ArrayList<>();
            for (long i = 0; i < number((String) value) % 4; i++) {
                results.add(value + ";" + i);
            }
            return Emit.all(results);
        }
    }

    /** None to two results of a line, with the sum of all numbers up to it. */
    public static final class Sum implements ValueStage, StateCarrier {
        private long sum;

        @Override
        public Object apply(Object value) {
            long number = number((String) value);
            sum += number;
            List<Object> results = new ArrayList<>();
            for (long i = 0; i < number % 3; i++) {
                results.add(value + ";" + sum + ";" + i);
            }
            return Emit.all(results);
        }

        @Override
        public Object state() {
            return sum;
        }

        @Override
        public void restore(Object state) {
            sum = (long) state;
        }
    }

    /** Keeps what does not end with a 1. */
    public static final class NoOnes implements FilterStage {
        @Override
        public boolean test(DirectBuffer in) {
            return in.getByte(in.capacity() - 1) != '1';
        }
    }

    /** The first output for an even number. */
    public static final class Even implements ValueRoute {
        @Override
        public Object route(Object value) {
            return number((String) value) % 2 == 0;
        }
    }
}
