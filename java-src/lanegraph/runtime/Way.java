package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;

/** The way of a message from an ingress through roles. There is one object for each way, so that marks need none of their own. */
final class Way {
    /** A message that goes round in a cycle is followed no further. */
    private static final int MAX_ROLES = 64;

    private final Way before;
    private final String name;
    private final int roles;
    private final List<Way> behind = new ArrayList<>(1);

    private Way(Way before, String name, int roles) {
        this.before = before;
        this.name = name;
        this.roles = roles;
    }

    static Way from(String ingress) {
        return new Way(null, ingress, 0);
    }

    /** The way on through this role; null if it is too long. Allocates when a way is gone for the first time. Any thread. */
    synchronized Way through(String role) {
        for (int i = 0; i < behind.size(); i++) {
            if (behind.get(i).name == role) { // one object for each role
                return behind.get(i);
            }
        }
        if (roles == MAX_ROLES) {
            return null;
        }
        Way next = new Way(this, role, roles + 1);
        behind.add(next);
        return next;
    }

    String ingress() {
        return before == null ? name : before.ingress();
    }

    List<String> path() {
        List<String> path = before == null ? new ArrayList<>() : before.path();
        if (before != null) {
            path.add(name);
        }
        return path;
    }
}
