package dev.tidar.load;

import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import java.util.Optional;

/**
 * What an engine is loaded from.
 *
 * @param model the model that it serves
 * @param draft the draft model; empty where there is none
 */
record Checkpoints(Checkpoint model, Optional<Checkpoint> draft) implements AutoCloseable {

    ModelConfig config() {
        return model.config();
    }

    /** The largest number of ids of a vocabulary. */
    int vocabSize() {
        return Math.max(
                config().vocabSize(), draft.map(d -> d.config().vocabSize()).orElse(0));
    }

    /** Closes the draft model; the model belongs to whoever opened it. */
    @Override
    public void close() {
        draft.ifPresent(Checkpoint::close);
    }
}
