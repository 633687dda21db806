package lanegraph.runtime;

import java.util.List;
import lanegraph.lane.Codecs;
import lanegraph.lane.Ring;
import lanegraph.region.Memory;
import lanegraph.region.Region;
import lanegraph.region.RingShape;

/** Brings about what a test could only wait for from outside the package. */
public final class EgressProbe {
    private EgressProbe() {}

    /** What a take of two returns, when the endpoint is refused after it has taken the first. */
    public static List<Object> takeWhileItIsRefused() {
        RingShape shape = new RingShape("events", 8, 64, "string", List.of("endpoint/in"), List.of("endpoint/out"));
        Ring ring = new Ring("a", Region.inMemory(shape), Codecs.named("string"), false, true, Memory.DIRECT);
        ring.tx("endpoint/in", false).offer("one");
        Egress[] egress = new Egress[1];
        int[] looks = new int[1];
        egress[0] = new Egress("out", () -> ring.rx("endpoint/out"), () -> null, () -> {
            if (++looks[0] == 2) {
                egress[0].refuse("the graph is closed", Deadline.in(0));
            }
            return false;
        });
        return egress[0].take(2, 20_000);
    }
}
