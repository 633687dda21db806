package lanegraph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Makes a graph of the lines of its canonical text, for {@link CanonicalText}; used by one thread, once. */
final class CanonicalReader {
    private final CanonicalLines lines;

    CanonicalReader(String text) {
        lines = new CanonicalLines(text);
    }

    GraphSpec graph() {
        String name = lines.string("name");
        OnFull onFull = lines.constant(OnFull.class, "on-full");
        Idle idle = lines.constant(Idle.class, "idle");
        boolean allowCycles = lines.bool("allow-cycles");
        SortedMap<String, LaneSpec> lanes = section("lanes", this::lane);
        SortedMap<String, RoleSpec> roles = section("roles", this::role);
        SortedMap<String, EndpointSpec> endpoints = section("endpoints", endpoint -> new EndpointSpec(
                lines.constant(EndpointSpec.Kind.class, "endpoints", endpoint, "kind"),
                ref(lines.string("endpoints", endpoint, "lane"), "endpoints", endpoint, "consumer"),
                lines.take("endpoints", endpoint, "from").value()));
        lines.requireEmpty();
        return new GraphSpec(name, onFull, idle, allowCycles, lanes, roles, endpoints);
    }

    private LaneSpec lane(String n) {
        CanonicalLines.Line kind = lines.take("lanes", n, "kind");
        String codec = lines.string("lanes", n, "codec");
        OnFull onFull = lines.optional(OnFull.class, "lanes", n, "on-full");
        if ("journal".equals(kind.value())) {
            return new LaneSpec.Journal(lines.number("lanes", n, "segment-bytes"),
                    lines.number("lanes", n, "retain-bytes"), lines.number("lanes", n, "retain-ms"),
                    lines.string("lanes", n, "sync"), codec, onFull);
        }
        int slots = lines.integer("lanes", n, "slots");
        int slotBytes = lines.integer("lanes", n, "slot-bytes");
        boolean retain = lines.bool("lanes", n, "retain");
        if ("events".equals(kind.value())) {
            return new LaneSpec.Events(slots, slotBytes, codec, onFull, retain);
        } else if ("fanout-broadcast".equals(kind.value())) {
            int consumers = lines.integer("lanes", n, "consumers");
            return new LaneSpec.FanoutBroadcast(consumers, slots, slotBytes, codec, onFull, retain);
        } else if ("sequenced-slots".equals(kind.value())) {
            int gating = lines.integer("lanes", n, "gating");
            return new LaneSpec.SequencedSlots(gating, slots, slotBytes, codec, onFull, retain);
        }
        throw CanonicalLines.bad(kind, "events, fanout-broadcast, sequenced-slots or journal");
    }

    private RoleSpec role(String n) {
        CanonicalLines.Line kind = lines.take("roles", n, "kind");
        Idle idle = lines.optional(Idle.class, "roles", n, "idle");
        String thread = lines.take("roles", n, "thread").value();
        String start = lines.take("roles", n, "from").value();
        OnError onError = onError(n);
        if ("stage".equals(kind.value())) {
            String args = lines.take("roles", n, "args").value();
            return new RoleSpec.Stage(lines.string("roles", n, "stage"), lines.string("roles", n, "as"), args,
                    lines.bool("roles", n, "sequence"), rx(n), lines.string("roles", n, "tx"), onError, idle, thread, start,
                    recovery(n));
        } else if ("bridge".equals(kind.value())) {
            return new RoleSpec.Bridge(rx(n), lines.string("roles", n, "tx"), onError, idle, thread, start);
        } else if ("router".equals(kind.value())) {
            List<String> tx = new ArrayList<>();
            for (int i = 0; lines.has("roles", n, "tx", "" + i); i++) {
                tx.add(lines.string("roles", n, "tx", "" + i));
            }
            return new RoleSpec.Router(rx(n), tx, routerPolicy(n), onError, idle, thread, start);
        } else if ("merge".equals(kind.value())) {
            List<LaneRef> rx = new ArrayList<>();
            for (int i = 0; lines.has("roles", n, "rx", "" + i, "lane"); i++) {
                String lane = lines.string("roles", n, "rx", "" + i, "lane");
                rx.add(ref(lane, "roles", n, "rx", "" + i, "consumer"));
            }
            return new RoleSpec.Merge(rx, lines.string("roles", n, "tx"),
                    lines.constant(MergePolicy.class, "roles", n, "policy"), onError, idle, thread, start);
        }
        throw CanonicalLines.bad(kind, "stage, bridge, router or merge");
    }

    private Recovery recovery(String n) {
        CanonicalLines.Line line = lines.take("roles", n, "recover");
        if ("journal".equals(line.value())) {
            return new Recovery(lines.string("roles", n, "recover", "journal"), lines.string("roles", n, "recover", "from"));
        } else if (Defaults.RECOVER.equals(line.value())) {
            return null;
        }
        throw CanonicalLines.bad(line, "fresh or journal");
    }

    private OnError onError(String n) {
        CanonicalLines.Line line = lines.take("roles", n, "on-error");
        if ("dead-letter".equals(line.value())) {
            return new OnError.DeadLetter(lines.string("roles", n, "on-error", "to"));
        } else if ("skip".equals(line.value())) {
            return new OnError.Skip();
        } else if ("stop".equals(line.value())) {
            return new OnError.Stop();
        }
        throw CanonicalLines.bad(line, "stop, skip or dead-letter");
    }

    private RouterPolicy routerPolicy(String n) {
        CanonicalLines.Line line = lines.take("roles", n, "policy");
        if ("broadcast".equals(line.value())) {
            return RouterPolicy.broadcast();
        } else if ("round-robin".equals(line.value())) {
            return RouterPolicy.roundRobin();
        } else if ("by".equals(line.value())) {
            return RouterPolicy.by(lines.string("roles", n, "policy", "by"));
        }
        throw CanonicalLines.bad(line, "broadcast, round-robin or by");
    }

    private LaneRef rx(String n) {
        return ref(lines.string("roles", n, "rx", "lane"), "roles", n, "rx", "consumer");
    }

    private LaneRef ref(String lane, String... consumer) {
        CanonicalLines.Line line = lines.take(consumer);
        if (line.value() == null) {
            return LaneRef.of(lane);
        }
        int number = (int) CanonicalLines.whole(line, Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (number == LaneRef.WHOLE) {
            throw CanonicalLines.bad(line, KeyText.ABSENT + " for no consumer");
        }
        return LaneRef.of(lane, number);
    }

    private <V> SortedMap<String, V> section(String section, Function<String, V> read) {
        SortedMap<String, V> map = new TreeMap<>();
        lines.names(section).forEach(name -> map.put(name, read.apply(name)));
        return map;
    }
}
