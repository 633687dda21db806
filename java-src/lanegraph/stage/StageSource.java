package lanegraph.stage;

/**
 * Where a role's stage comes from, if that may change while the graph runs, as what a variable holds. A {@link
 * StageResolver} may return one in place of a stage: the role then makes another stage whenever the revision is another
 * object, before its next message. Any thread may call it.
 */
public interface StageSource {
    /** What it holds now: the same object until it changes. Asked before each message, so it must be quick. */
    Object revision();

    /**
     * @param request the role that asks
     * @param revision what {@link #revision()} once returned; a roll-back gives an earlier one
     * @return a new stage of this revision, an object of one of the stage interfaces
     * @throws Exception there is none: at a spawn it fails, at a swap nothing changes, before a message it is the message's
     *     error
     */
    Object create(StageRequest request, Object revision) throws Exception;
}
