package lanegraph.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import lanegraph.graph.GraphSpec;
import lanegraph.region.Memory;

/**
 * A program for one role in a process of its own, as {@link RoleProcess}, that ends as if it were killed just before its
 * n-th store: {@code GRAPH.kv ROLE DIR N}. Prints {@code ready ROLE}.
 */
public final class MortalRole {
    private MortalRole() {}

    /** Memory that halts the process before the n-th store. */
    private static final class LastStores extends Memory {
        private final AtomicLong left;

        LastStores(long stores) {
            left = new AtomicLong(stores);
        }

        private void step() {
            if (left.getAndDecrement() <= 0) {
                Runtime.getRuntime().halt(137);
            }
        }

        @Override
        public void putLong(long address, long value) {
            step();
            super.putLong(address, value);
        }

        @Override
        public void putLongRelease(long address, long value) {
            step();
            super.putLongRelease(address, value);
        }

        @Override
        public boolean compareAndSetLong(long address, long expected, long value) {
            step();
            return super.compareAndSetLong(address, expected, value);
        }

        @Override
        public void copy(long from, long to, int length) {
            step();
            super.copy(from, to, length);
        }
    }

    public static void main(String[] args) throws Exception {
        GraphSpec spec = GraphSpec.parse(Files.readString(Path.of(args[0])));
        Memory memory = new LastStores(Long.parseLong(args[3]));
        new Lifecycle(spec, new Part(args[1]), SpawnOptions.mapped(Path.of(args[2])), memory).spawn();
        System.out.println("ready " + args[1]);
        Thread.currentThread().join();
    }
}
