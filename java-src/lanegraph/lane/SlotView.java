package lanegraph.lane;

import lanegraph.region.Region;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A buffer over a slot, as it is lent to users. It keeps the region's memory reachable: who holds on to a
 * lent buffer too long reads another message's bytes, but never memory that the collector has freed.
 */
final class SlotView extends UnsafeBuffer {
    @SuppressWarnings("unused")
    private final Region region;

    SlotView(Region region) {
        super(0, 0);
        this.region = region;
    }
}
