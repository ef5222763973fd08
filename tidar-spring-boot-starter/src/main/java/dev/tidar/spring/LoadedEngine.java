package dev.tidar.spring;

import dev.tidar.TidarEngine;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.TokenText;
import java.util.Optional;

/** An engine that somebody else loads and closes, or a mock of one. */
record LoadedEngine(TidarEngine engine) implements ModelEngine {

    @Override
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        return Optional.of(engine)
                .map(present -> present.submit(request, listener))
                .orElseThrow(() -> new IllegalStateException(
                        "TidarEngine.submit returned nothing: a mock has to be told what it returns"));
    }

    @Override
    public Optional<EngineStatus> status() {
        return Optional.of(engine).map(TidarEngine::status);
    }

    @Override
    public Optional<TokenText> token(int id) {
        return engine.token(id);
    }

    @Override
    public int clearPrefixCache() {
        return engine.clearPrefixCache();
    }

    @Override
    public void decodeBy(Decoding decoding) {
        engine.decodeBy(decoding);
    }

    @Override
    public void unload() {
        throw new UnsupportedOperationException(
                "the model of tidar.model stays loaded; a model under tidar.models can be unloaded");
    }
}
