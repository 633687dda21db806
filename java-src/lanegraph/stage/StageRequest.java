package lanegraph.stage;

/**
 * What a role asks of a {@link StageResolver}.
 *
 * @param role the role's name
 * @param stage the key in the spec: a symbol, a keyword or a class name, as text
 * @param as {@code map}, {@code filter}, {@code inspect}, {@code stateful}, or {@code route} for what chooses the
 *     outputs of a router: how a plain function is meant
 * @param args the role's arguments as EDN text, or null
 * @param sequence true if the stage shall be {@link SequenceAware}
 */
public record StageRequest(String role, String stage, String as, String args, boolean sequence) {}
