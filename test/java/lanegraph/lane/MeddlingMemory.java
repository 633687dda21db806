package lanegraph.lane;

import lanegraph.region.Memory;

/** Memory in which something happens between two loads: what another thread might do just then. For one thread. */
public final class MeddlingMemory extends Memory {
    private final Runnable meddle;
    private long loads = Long.MAX_VALUE;

    public MeddlingMemory(Runnable meddle) {
        this.meddle = meddle;
    }

    /** Meddles once, just before the acquiring load that comes after this many of them. */
    public void meddleAfter(long further) {
        loads = further;
    }

    /** True once it has happened. */
    public boolean isDone() {
        return loads < 0;
    }

    @Override
    public long getLongAcquire(long address) {
        if (loads-- == 0) {
            meddle.run();
        }
        return super.getLongAcquire(address);
    }
}
