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
 * @param carried true if the stage will be given the state of the one before it, so that a {@link StateCarrier} need not
 *     make one
 */
public record StageRequest(String role, String stage, String as, String args, boolean sequence, boolean carried) {
    /** For a stage that begins with a state of its own. */
    public StageRequest(String role, String stage, String as, String args, boolean sequence) {
        this(role, stage, as, args, sequence, false);
    }

    /** The same, for a stage of this name. */
    public StageRequest withStage(String name, boolean isCarried) {
        return new StageRequest(role, name, as, args, sequence, isCarried);
    }
}
