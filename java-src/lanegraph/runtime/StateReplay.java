package lanegraph.runtime;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;
import lanegraph.graph.OnError;
import lanegraph.graph.Recovery;
import lanegraph.lane.JournalReader;
import lanegraph.lane.Lane;
import lanegraph.lane.LaneRx;
import lanegraph.lane.Sample;
import lanegraph.lane.SampleRx;
import lanegraph.lane.SampleTx;

/**
 * Gives a stage the state that it had: shows it the messages of the journal that its role reads, from where {@link Recovery}
 * says up to, and without, the one that the role goes on with. What it answers is thrown away: those results are out.
 *
 * <p>Why state and position agree, wherever the life before ended: no state is kept anywhere, only the position is. It is the
 * farther of the published cursor and the notes, so behind every message whose result is out. The function has had the messages
 * up to there, and perhaps some behind it, which had no result yet; those come again, to a state that has not had them.
 *
 * <p>It belongs to the role's thread, before its first message.
 */
final class StateReplay {
    private final String role;
    private final Recovery recovery;
    private final Path dir;
    private final LaneRx at;
    private final SampleRx rx;
    private final SampleTx tx;
    private final RoleStage stage;
    private final boolean endsByError;
    private final BooleanSupplier stopping;
    private long messages;

    /**
     * @param at the role's reader, which stands where the role goes on
     * @param parks true if a message whose stage throws waits, whatever on-error says
     * @param stopping true once the role shall end, which need have no state then
     */
    StateReplay(String role, Recovery recovery, Path dir, Lane from, Lane to, LaneRx at, RoleStage stage, OnError onError,
            boolean parks, BooleanSupplier stopping) {
        this.role = role;
        this.recovery = recovery;
        this.dir = dir;
        this.at = at;
        this.rx = from.sampleRx();
        this.tx = to.sampleTx();
        this.stage = stage;
        this.endsByError = onError instanceof OnError.Stop && !parks;
        this.stopping = stopping;
    }

    /** How many messages the stage was shown. */
    long messages() {
        return messages;
    }

    /**
     * Shows the stage its messages.
     *
     * @throws LaneGraphException {@code role/not-recovered} if they are not all there, or the stage throws where on-error says
     *     that this ends the role
     */
    void run() {
        Step step = new StageStep(stage.object(), several -> {}, null);
        long end = at.position();
        try (JournalReader reader = JournalReader.open(dir, recovery.journal())) {
            JournalReader.Record record = first(reader, end);
            while (record != null && record.position() < end && !stopping.getAsBoolean()) {
                show(step, record);
                record = reader.next();
            }
            if (record == null && reader.position() < end) {
                throw failed("the journal ends at position " + reader.position() + ", and the role goes on at " + end
                        + "; expected every message before that; restore the files of the journal", end, null);
            }
        } catch (LaneGraphException ex) {
            throw ex.code().startsWith("journal/") ? failed(ex.getMessage(), end, ex) : ex;
        }
    }

    /** The record to begin with; null if there is none yet. */
    private JournalReader.Record first(JournalReader reader, long end) {
        if (recovery.from().equals(Recovery.START)) {
            reader.toStart();
            JournalReader.Record record = reader.next();
            long sequence = record == null ? at.sequence() : record.sequence();
            if (sequence > 0) {
                throw failed("its first " + sequence + " messages are gone, and from=start needs them; expected a journal that"
                        + " keeps all (retain-bytes=0, retain-ms=0); if the state may begin with what is there, say from="
                        + (record == null ? end : record.position()), end, null);
            }
            return record;
        }
        long from = Long.parseLong(recovery.from());
        if (from > end) {
            throw failed("the role goes on at position " + end + ", before from=" + from + "; expected from=start, or a position"
                    + " that the role has passed, as it would have another state in each of its lives", end, null);
        }
        reader.seek(from);
        return reader.next();
    }

    private void show(Step step, JournalReader.Record record) {
        rx.read(new Sample(record.position(), record.sequence(), null, record.bytes()));
        try {
            step.apply(rx, tx);
        } catch (Throwable error) {
            if (stopping.getAsBoolean()) {
                return; // a stop interrupts a function that waits
            }
            if (endsByError || ErrorRule.isFatal(error)) {
                throw failed("its stage throws at position " + record.position() + ", a message that it had before: " + error
                        + "; expected what it did then; mend the stage, or let on-error skip such messages", record.position(), error);
            }
        }
        messages++;
    }

    private LaneGraphException failed(String why, long position, Throwable cause) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("role", role);
        details.put("journal", recovery.journal());
        details.put("from", recovery.from());
        details.put("position", position);
        return new LaneGraphException(Category.FAULT, "role/not-recovered",
                "role " + role + ": its state cannot be rebuilt from journal " + recovery.journal() + ": " + why
                        + "; or start without it, by recover=fresh",
                details, cause);
    }
}
