package lanegraph.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import lanegraph.region.Memory;

/**
 * The memory of one side of {@link TakingTurns}: a step before each look at one of the shared words, and before
 * each change of one. A late one lets others see what was stored as late as a processor may: at the next fence.
 */
final class TurningMemory extends Memory {
    private record Stored(long address, long value) {}

    private final TakingTurns.Side side;
    private final Set<Long> shared;
    private final boolean late;
    private final List<Stored> held = new ArrayList<>();

    TurningMemory(TakingTurns.Side side, Set<Long> shared, boolean late) {
        this.side = side;
        this.shared = shared;
        this.late = late;
    }

    @Override
    public long getLongAcquire(long address) {
        if (shared.contains(address)) {
            for (int i = held.size() - 1; i >= 0; i--) {
                if (held.get(i).address == address) {
                    return held.get(i).value;
                }
            }
            side.step();
        }
        return super.getLongAcquire(address);
    }

    @Override
    public void putLong(long address, long value) {
        if (shared.contains(address) && late) {
            held.add(new Stored(address, value));
            return;
        }
        if (shared.contains(address)) {
            side.step();
        }
        super.putLong(address, value);
    }

    @Override
    public void putLongRelease(long address, long value) {
        putLong(address, value);
    }

    @Override
    public boolean compareAndSetLong(long address, long expected, long value) {
        fullFence();
        if (shared.contains(address)) {
            side.step();
        }
        return super.compareAndSetLong(address, expected, value);
    }

    @Override
    public void fullFence() {
        if (!held.isEmpty()) {
            side.step();
            flush();
        }
    }

    /** Lets the others see all. */
    void flush() {
        held.forEach(each -> super.putLong(each.address, each.value));
        held.clear();
    }
}
