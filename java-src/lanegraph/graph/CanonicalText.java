package lanegraph.graph;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import lanegraph.LaneGraphException;

/**
 * A graph as text in one form only: the same graph gives the same text, byte for byte. Without state.
 *
 * <pre>
 * lanegraph=1                      the version of this form
 * allow-cycles=false               then one line per field, sorted by key (the order of String.compareTo)
 * endpoints.in.consumer=\-         \- is a value that is not given
 * endpoints.in.kind=ingress
 * endpoints.in.lane=lines
 * idle=backoff
 * lanes.lines.codec=string
 * …
 * roles.parse.rx.lane=lines        a merge has rx.0.lane, rx.1.lane …; a router tx.0, tx.1 …
 * </pre>
 *
 * <p>Every field has its line, also where it has its default, so that the hash does not depend on what was
 * left out. UTF-8, each line ends with a line feed. Escapes in names and values: {@code \\}, {@code \n},
 * and four hexadecimal digits after {@code \}{@code u} for other control characters; in names also {@code
 * \.} and {@code \=}.
 */
public final class CanonicalText {
    static final String HEADER = "lanegraph=1";

    private final SortedMap<String, String> lines = new TreeMap<>();

    private CanonicalText() {
    }

    /** The text of a graph, valid or not. */
    public static String write(GraphSpec spec) {
        CanonicalText text = new CanonicalText();
        text.graph(spec);
        StringBuilder out = new StringBuilder(HEADER).append('\n');
        text.lines.forEach((key, value) -> out.append(key).append('=').append(value).append('\n'));
        return out.toString();
    }

    /**
     * The graph of a text; {@code write(parse(text))} equals {@code text}.
     *
     * @throws LaneGraphException {@code graph/bad-text}, with {@code line} (from 1), {@code found} and
     *     {@code expected} in its details, when the text is not exactly what {@link #write} writes
     */
    public static GraphSpec parse(String text) {
        return new CanonicalReader(text).graph();
    }

    /** The SHA-256 of the text's UTF-8 bytes: 64 lower-case hexadecimal digits. */
    public static String hash(GraphSpec spec) {
        try {
            byte[] bytes = write(spec).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private void graph(GraphSpec spec) {
        put(spec.name(), "name");
        put(spec.onFull().key(), "on-full");
        put(spec.idle().key(), "idle");
        put(spec.allowCycles(), "allow-cycles");
        spec.lanes().forEach(this::lane);
        spec.roles().forEach(this::role);
        spec.endpoints().forEach((name, endpoint) -> {
            put(endpoint.kind().key(), "endpoints", name, "kind");
            put(endpoint.lane().lane(), "endpoints", name, "lane");
            put(consumer(endpoint.lane()), "endpoints", name, "consumer");
            put(endpoint.start(), "endpoints", name, "from");
        });
    }

    private void lane(String name, LaneSpec lane) {
        put(lane.kind(), "lanes", name, "kind");
        put(lane.codec(), "lanes", name, "codec");
        put(lane.onFull() == null ? null : lane.onFull().key(), "lanes", name, "on-full");
        if (lane instanceof LaneSpec.Ring ring) {
            put(ring.slots(), "lanes", name, "slots");
            put(ring.slotBytes(), "lanes", name, "slot-bytes");
            put(ring.retain(), "lanes", name, "retain");
            if (!(lane instanceof LaneSpec.Events)) {
                put(ring.consumers(), "lanes", name, LaneRules.consumersKey(lane));
            }
        } else if (lane instanceof LaneSpec.Journal journal) {
            put(journal.segmentBytes(), "lanes", name, "segment-bytes");
            put(journal.retainBytes(), "lanes", name, "retain-bytes");
            put(journal.retainMillis(), "lanes", name, "retain-ms");
            put(journal.sync(), "lanes", name, "sync");
        }
    }

    private void role(String name, RoleSpec role) {
        put(role.kind(), "roles", name, "kind");
        put(role.idle() == null ? null : role.idle().key(), "roles", name, "idle");
        put(role.thread(), "roles", name, "thread");
        put(role.start(), "roles", name, "from");
        put(onError(role.onError()), "roles", name, "on-error");
        if (role.deadLetter() != null) {
            put(role.deadLetter(), "roles", name, "on-error", "to");
        }
        for (int i = 0; i < role.rx().size(); i++) {
            LaneRef ref = role.rx().get(i);
            boolean many = role instanceof RoleSpec.Merge;
            put(ref.lane(), entry(many, i, "roles", name, "rx", "lane"));
            put(consumer(ref), entry(many, i, "roles", name, "rx", "consumer"));
        }
        for (int i = 0; i < role.tx().size(); i++) {
            put(role.tx().get(i), entry(role instanceof RoleSpec.Router, i, "roles", name, "tx"));
        }
        if (role instanceof RoleSpec.Stage stage) {
            put(stage.stage(), "roles", name, "stage");
            put(stage.as(), "roles", name, "as");
            put(stage.args(), "roles", name, "args");
            put(stage.sequence(), "roles", name, "sequence");
            put(stage.recovery() == null ? Defaults.RECOVER : "journal", "roles", name, "recover");
            if (stage.recovery() != null) {
                put(stage.recovery().journal(), "roles", name, "recover", "journal");
                put(stage.recovery().from(), "roles", name, "recover", "from");
            }
        } else if (role instanceof RoleSpec.Router router) {
            put(router.policy().key(), "roles", name, "policy");
            if (router.policy() instanceof RouterPolicy.By by) {
                put(by.stage(), "roles", name, "policy", "by");
            }
        } else if (role instanceof RoleSpec.Merge merge) {
            put(merge.policy().key(), "roles", name, "policy");
        }
    }

    private static String onError(OnError onError) {
        if (onError instanceof OnError.DeadLetter) {
            return "dead-letter";
        }
        return onError instanceof OnError.Skip ? "skip" : "stop";
    }

    private static Object consumer(LaneRef ref) {
        return ref.isWhole() ? null : ref.consumer();
    }

    /** The parts of a key, with the number of the entry after the third where there are many. */
    private static String[] entry(boolean many, int i, String... parts) {
        List<String> all = new ArrayList<>(List.of(parts));
        if (many) {
            all.add(3, Integer.toString(i));
        }
        return all.toArray(String[]::new);
    }

    private void put(Object value, String... key) {
        lines.put(KeyText.key(List.of(key)), KeyText.value(value == null ? null : value.toString()));
    }
}
