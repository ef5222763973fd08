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
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An engine that is loaded when a request needs it, and unloaded when none has for some time. A request that comes
 * while the model is loaded or unloaded waits for that, so that none is lost. Where the model could not be loaded, or
 * its engine died, the next request tries again, and the status tells the failure until one has succeeded. Thread-safe.
 */
public final class OnDemandEngine implements ModelEngine, AutoCloseable {

    private final String name;
    private final EnginePresence presence;

    /**
     * @param name name of the model, for status and requests
     * @param loader starts an engine; called under a lock, so it returns at once
     * @param keepAlive how long the engine stays loaded after its last request; negative is for ever
     */
    public OnDemandEngine(String name, Supplier<TidarEngine> loader, Duration keepAlive) {
        this.name = name;
        this.presence = new EnginePresence(name, loader, keepAlive);
    }

    public String name() {
        return name;
    }

    /** The engine that is loaded or being loaded at this moment. */
    public Optional<TidarEngine> present() {
        return presence.engine();
    }

    /**
     * Begins to load, unless it is loaded or being loaded, and returns the engine that does. Where no request comes it
     * is unloaded when it has been loaded for as long as it stays without one.
     */
    public TidarEngine load() {
        TidarEngine present = presence.enter();
        presence.endEntering(false);
        return present;
    }

    @Override
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        TidarEngine present = presence.enter();
        boolean submitted = false;
        try {
            presence.awaitLoaded(present);
            Generation generation = present.submit(request, new CountedOut(listener, presence::leave));
            submitted = true;
            return generation;
        } catch (EngineClosedException e) {
            presence.giveUpIfDead(present);
            throw e;
        } finally {
            presence.endEntering(submitted);
        }
    }

    @Override
    public void unload() {
        presence.unload();
    }

    /** Never that of an engine that is closed to unload it: as soon as that begins, the state is unloaded. */
    @Override
    public Optional<EngineStatus> status() {
        Optional<TidarEngine> seen;
        EngineStatus status;
        do {
            seen = presence.engine();
            status = seen.map(TidarEngine::status)
                    .map(its -> NamedStatus.of(name, its))
                    .orElseGet(() -> NamedStatus.unloaded(name, presence.failure()));
        } while (!seen.equals(
                presence.engine())); // it has changed meanwhile, so the status may be of one that is closed
        return Optional.of(status);
    }

    /** What is loaded; what was loaded last, while nothing is. */
    @Override
    public Optional<Loaded> loaded() {
        return presence.known().or(presence::engine).map(TidarEngine::status).flatMap(EngineStatus::loaded);
    }

    /** Known also while it is unloaded, because an answer may be read when its engine is gone. */
    @Override
    public Optional<TokenText> token(int id) {
        return presence.known().or(presence::engine).flatMap(loaded -> loaded.token(id));
    }

    @Override
    public int clearPrefixCache() {
        return presence.engine().map(TidarEngine::clearPrefixCache).orElse(0);
    }

    /** Holds until the engine is unloaded. */
    @Override
    public void decodeBy(Decoding decoding) {
        presence.engine()
                .orElseThrow(() -> new EngineClosedException("%s is not loaded".formatted(name)))
                .decodeBy(decoding);
    }

    /**
     * Shuts down gently, as {@link TidarEngine#drain}; no request loads the model again.
     *
     * @return whether all requests came to their end; an engine that is not loaded has none
     * @throws InterruptedException if interrupted; the engine still has to be closed then
     */
    public boolean drain(Duration limit) throws InterruptedException {
        return presence.drain(limit);
    }

    /** Ends all requests and frees the device; no request loads the model again. */
    @Override
    public void close() {
        presence.close();
    }
}
