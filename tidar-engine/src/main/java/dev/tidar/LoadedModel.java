package dev.tidar;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.backend.BackendFacts;
import dev.tidar.checkpoint.GenerationDefaults;
import dev.tidar.decode.AdaptiveLayouts;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.schedule.EngineLoop;
import dev.tidar.tokenizer.ChatTemplate;
import dev.tidar.tokenizer.Tokenizer;
import java.util.Optional;

/**
 * What is known about a model once it is loaded.
 *
 * @param facts for status
 * @param backend what it runs on
 * @param defaults stop ids and temperature of the model
 * @param vocabSize rows of the embedding
 * @param tokenizer empty where the folder has none: only token ids are served
 * @param template empty where the model has no chat template
 * @param layouts what auto chooses from; confined to the engine thread
 * @param pool blocks of KV memory; only its free count may be read here
 * @param blockBytes bytes of one block
 */
record LoadedModel(
        ModelFacts facts,
        BackendFacts backend,
        GenerationDefaults defaults,
        int vocabSize,
        Optional<Tokenizer> tokenizer,
        Optional<ChatTemplate> template,
        AdaptiveLayouts layouts,
        BlockPool pool,
        long blockBytes)
        implements AutoCloseable {

    EngineStatus status(EngineState state, EngineLoop loop) {
        return new EngineStatus(
                state,
                facts,
                backend.device(),
                backend.kernels(),
                LayoutReports.report(loop.standings()),
                backend.degradations(),
                loop.queued(),
                loop.running(),
                pool.blocks() * blockBytes,
                pool.free() * blockBytes);
    }

    @Override
    public void close() {
        tokenizer.ifPresent(Tokenizer::close);
    }
}
