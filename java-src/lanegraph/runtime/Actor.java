package lanegraph.runtime;

import java.util.ArrayList;
import java.util.List;
import lanegraph.lane.Lane;
import lanegraph.lane.Sample;
import lanegraph.lane.SampleRx;
import lanegraph.lane.SampleTx;
import lanegraph.stage.Emit;

/** A stage of a {@link Rehearsal}, between a reader and a writer that move nothing. Belongs to one thread at a time. */
final class Actor {
    private final String role;
    private final SampleRx rx;
    /** Null for what chooses the outputs of a router. */
    private final SampleTx tx;
    private final Step step;
    private final List<String> outputs;
    private Emit emitted;

    Actor(String role, Lane from, Assembly assembly, Object stage) {
        this.role = role;
        this.rx = from.sampleRx();
        this.outputs = assembly.spec.roles().get(role).tx();
        if (Routers.isRoute(stage)) {
            PickRouter.Pick pick = Routers.by(role, outputs, stage);
            this.tx = null;
            this.step = (in, out) -> pick.pick(in);
        } else {
            this.tx = assembly.lane(outputs.get(0)).sampleTx();
            this.step = new StageStep(stage, several -> emitted = several, null);
        }
    }

    /** What the stage makes of the message. Throws what is no fault of it: no memory, an interrupt. */
    Rehearsal.Outcome play(Sample sample) {
        long began = System.nanoTime();
        try {
            rx.read(sample);
            began = System.nanoTime();
            int outcome = step.apply(rx, tx);
            long nanos = System.nanoTime() - began;
            return new Rehearsal.Outcome(tx == null ? output(outcome) : result(outcome), null, nanos);
        } catch (OutOfMemoryError error) {
            throw error;
        } catch (Throwable error) {
            if (Deadline.isInterrupt(error)) {
                throw Deadline.interrupted("rehearsal of role " + role);
            }
            return new Rehearsal.Outcome(null, error, System.nanoTime() - began);
        }
    }

    private Object output(int place) {
        return place < 0 ? null : outputs.get(place);
    }

    private Object result(int outcome) {
        switch (outcome) {
            case Step.DROP:
                return null;
            case Step.FORWARD:
                tx.forward(rx);
                return tx.taken();
            case Step.EMIT:
                return several();
            default:
                tx.commit(outcome);
                return tx.taken();
        }
    }

    /** One is as if it was returned alone, and none as if nothing was. */
    private Object several() {
        List<Object> taken = new ArrayList<>();
        for (Object value : emitted.values()) {
            tx.commit(tx.encode(value));
            taken.add(tx.taken());
        }
        return taken.size() > 1 ? new Emit(taken) : taken.isEmpty() ? null : taken.get(0);
    }

    /** The message; null if its codec cannot read it. */
    Object input(Sample sample) {
        try {
            rx.read(sample);
            return rx.value();
        } catch (RuntimeException ex) { // then that is what both have thrown, if they look at values
            return null;
        }
    }
}
