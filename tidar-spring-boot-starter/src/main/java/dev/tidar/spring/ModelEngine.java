package dev.tidar.spring;

import dev.tidar.TidarEngine;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.TokenText;
import java.util.Optional;

/** The engine of one model, as a chat model and an operator use it. Thread-safe. */
public interface ModelEngine {

    /** As {@link TidarEngine#submit}; may wait until the model is loaded, so not on an event loop. */
    Generation submit(GenerationRequest request, GenerationListener listener);

    /** As {@link TidarEngine#status}; empty for a mocked engine that was told none. */
    Optional<EngineStatus> status();

    /**
     * What the engine has loaded, to describe an answer that it gave; empty before the first. Unlike the status it
     * stays when the engine is unloaded.
     */
    default Optional<Loaded> loaded() {
        return status().flatMap(EngineStatus::loaded);
    }

    /** As {@link TidarEngine#token}. */
    Optional<TokenText> token(int id);

    /** As {@link TidarEngine#clearPrefixCache}. */
    int clearPrefixCache();

    /** As {@link TidarEngine#decodeBy}. */
    void decodeBy(Decoding decoding);

    /**
     * Lets the requests that are there come to their end, and frees the device. The next request loads the model again.
     * Has no effect if the engine is closed meanwhile, which frees the device as well.
     *
     * @throws EngineClosedException if the thread is interrupted meanwhile, whose flag is set again; the model stays
     *     loaded
     * @throws UnsupportedOperationException if this engine stays loaded until its application ends
     */
    void unload();

    /** An engine that is loaded as long as its application runs. */
    static ModelEngine of(TidarEngine engine) {
        return new LoadedEngine(engine);
    }
}
