package bench;

import clojure.java.api.Clojure;
import clojure.lang.IFn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.jctools.queues.SpscArrayQueue;

/** The queues of others, and the channels of core.async, as carriers. */
final class Carriers {
    private Carriers() {
    }

    static Carrier jctools(int slots) {
        SpscArrayQueue<Object> queue = new SpscArrayQueue<>(slots);
        return new Carrier() {
            @Override
            public boolean offer(Object message) {
                return queue.offer(message);
            }

            @Override
            public int drain(Consumer<Object> to, int limit) {
                return queue.drain(to::accept, limit);
            }
        };
    }

    static Carrier agrona(int slots) {
        OneToOneConcurrentArrayQueue<Object> queue = new OneToOneConcurrentArrayQueue<>(slots);
        return new Carrier() {
            @Override
            public boolean offer(Object message) {
                return queue.offer(message);
            }

            @Override
            public int drain(Consumer<Object> to, int limit) {
                return queue.drain(to, limit);
            }
        };
    }

    static Carrier blocking(int slots) {
        ArrayBlockingQueue<Object> queue = new ArrayBlockingQueue<>(slots);
        List<Object> batch = new ArrayList<>();
        return new Carrier() {
            @Override
            public boolean offer(Object message) {
                return queue.offer(message);
            }

            @Override
            public int drain(Consumer<Object> to, int limit) {
                int drained = queue.drainTo(batch, limit);
                for (int i = 0; i < drained; i++) {
                    to.accept(batch.get(i));
                }
                batch.clear();
                return drained;
            }
        };
    }

    /** A channel whose threads wait in it, or, where they do not, look again as with the others. */
    static Carrier channel(int slots, boolean waits) {
        IFn put = coreAsync(waits ? ">!!" : "offer!");
        IFn take = coreAsync(waits ? "<!!" : "poll!");
        Object channel = coreAsync("chan").invoke(slots);
        return new Carrier() {
            @Override
            public boolean offer(Object message) {
                return Boolean.TRUE.equals(put.invoke(channel, message));
            }

            @Override
            public int drain(Consumer<Object> to, int limit) {
                Object message = take.invoke(channel);
                if (message == null) {
                    return 0;
                }
                to.accept(message);
                return 1;
            }
        };
    }

    private static IFn coreAsync(String name) {
        Clojure.var("clojure.core", "require").invoke(Clojure.read("clojure.core.async"));
        return (IFn) Clojure.var("clojure.core.async", name);
    }
}
