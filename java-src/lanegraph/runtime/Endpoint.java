package lanegraph.runtime;

import java.util.Map;
import java.util.function.Supplier;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.lane.LaneHandle;

/**
 * Where code outside meets a graph. A lane has one cell for an endpoint, so one handle at a time: the
 * endpoint's own, under a lock that any thread may take, or the bare one, lent to one owner. Thread-safe.
 */
abstract class Endpoint<H extends LaneHandle> {
    final String name;
    private final Supplier<H> opener;
    private H own;
    private H lent;
    private String refusal;

    /** @param opener makes a handle; called again only when the one before is closed */
    Endpoint(String name, Supplier<H> opener) {
        this.name = name;
        this.opener = opener;
    }

    /** The bare handle, for one owner, until it is closed. */
    final synchronized H lend() {
        checkOpen();
        checkNotLent();
        if (own != null) {
            own.close();
            own = null;
        }
        lent = opener.get();
        return lent;
    }

    /** The endpoint's own handle; only under the lock of this object. */
    final H own() {
        checkOpen();
        if (own == null) {
            checkNotLent();
            own = opener.get();
        }
        return own;
    }

    /** From now on every use is refused, also of the bare handle; the text says why. */
    final synchronized void refuse(String why) {
        refusal = why;
        if (own != null) {
            own.close();
        }
        if (lent != null) {
            lent.close();
        }
    }

    private void checkOpen() {
        if (refusal != null) {
            throw new LaneGraphException(Category.UNAVAILABLE, "graph/stopped",
                    "endpoint " + name + ": " + refusal + "; spawn the graph again to go on",
                    Map.of("endpoint", name));
        }
    }

    private void checkNotLent() {
        if (lent != null && !lent.isClosed()) {
            throw new LaneGraphException(Category.CONFLICT, "endpoint/taken",
                    "endpoint " + name + ": its bare handle was given out, or it has a consumer;"
                            + " use that, or close the handle first",
                    Map.of("endpoint", name));
        }
    }
}
