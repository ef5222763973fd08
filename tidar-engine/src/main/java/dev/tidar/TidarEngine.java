package dev.tidar;

import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.TokenText;
import dev.tidar.load.EngineLoader;
import dev.tidar.model.TidarModel;
import dev.tidar.schedule.EngineLoop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * A TiDAR model inside this JVM: load it, submit requests, close it.
 *
 * <p>All methods are thread-safe. One thread of the engine owns the device; listeners are called on other threads.
 */
public final class TidarEngine implements AutoCloseable {

    private final EngineLoader loader;
    private final EngineLoop loop;
    private final UnaryOperator<GenerationRequest> requestDecorator;

    private TidarEngine(EngineLoader loader, EngineLoop loop, UnaryOperator<GenerationRequest> requestDecorator) {
        this.loader = loader;
        this.loop = loop;
        this.requestDecorator = requestDecorator;
    }

    /**
     * Loads a model and gets ready to serve: reads the checkpoint, packs the weights for the device, sets KV memory
     * aside, and measures what forwards cost, which warms the kernels up.
     *
     * @throws dev.tidar.api.HubException if a model by name cannot be downloaded
     * @throws dev.tidar.api.InvalidModelException if the folder is not a model that this engine can run
     * @throws dev.tidar.api.DeviceException if the device cannot be used
     * @throws dev.tidar.api.EngineClosedException if the thread is interrupted; its flag is set again, and nothing
     *     stays loaded
     */
    public static TidarEngine load(EngineOptions options) {
        return load(options, System::nanoTime, network -> network);
    }

    /**
     * @param nanoTime a monotonic clock, which tests may advance
     * @param modelDecorator wraps or replaces the network, for tests
     */
    static TidarEngine load(EngineOptions options, LongSupplier nanoTime, UnaryOperator<TidarModel> modelDecorator) {
        TidarEngine engine = start(options, nanoTime, modelDecorator, request -> request);
        try {
            engine.awaitLoaded();
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
        return engine;
    }

    /**
     * As {@link #load}, but returns at once. Until the model is loaded the engine is LOADING and rejects requests with
     * an {@link dev.tidar.api.EngineBusyException}; if loading fails it is DEAD, and {@link #status()} says why.
     */
    public static TidarEngine start(EngineOptions options) {
        return start(options, System::nanoTime, network -> network, request -> request);
    }

    /**
     * Brings a model by name to this machine without loading it, as loading it with the same options would, and returns
     * its folder. The folder of a model that is one already is returned as it is.
     *
     * @throws dev.tidar.api.HubException if it cannot be downloaded
     */
    public static Path fetch(EngineOptions options) {
        Objects.requireNonNull(options, "options");
        return new EngineLoader(options, System::nanoTime, network -> network).folder();
    }

    /**
     * @param nanoTime a monotonic clock, which tests may advance
     * @param modelDecorator wraps or replaces the network, for tests
     * @param requestDecorator sees each request on the thread that submits it, and may change or reject it, for tests
     */
    static TidarEngine start(
            EngineOptions options,
            LongSupplier nanoTime,
            UnaryOperator<TidarModel> modelDecorator,
            UnaryOperator<GenerationRequest> requestDecorator) {
        Objects.requireNonNull(options, "options");
        EngineLoader loader = new EngineLoader(options, nanoTime, modelDecorator);
        EngineLoop loop = new EngineLoop(loader::load, options.limits(), EngineLoader::background, nanoTime);
        loader.stopWhen(loop::needsNoModel);
        return new TidarEngine(loader, loop, requestDecorator);
    }

    /**
     * Waits until the model is loaded; returns at once if it is.
     *
     * @throws dev.tidar.api.TidarException what loading failed with
     * @throws dev.tidar.api.EngineClosedException if the engine is closed or drained before, or if the thread is
     *     interrupted, whose flag is set again; an interrupt does not end the loading
     */
    public void awaitLoaded() {
        loop.awaitLoaded();
    }

    /**
     * Submits a request. It waits for its turn, reports to the listener, and ends once.
     *
     * @throws dev.tidar.api.InvalidRequestException if it can never be served; nothing was queued
     * @throws dev.tidar.api.EngineBusyException if too many requests wait already, or the model is still being loaded
     * @throws dev.tidar.api.EngineClosedException if the engine is closed, shutting down or dead
     */
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(listener, "listener");
        loop.requireOpen();
        return loop.submit(loader.gate().admit(requestDecorator.apply(request)), listener);
    }

    /** What the engine is and does now. Reads only; costs next to nothing. */
    public EngineStatus status() {
        return loader.status(loop);
    }

    /**
     * Changes how requests decode that leave it open, from the next one on; requests that are there go on as they
     * began. The tokens of an answer do not depend on it, unless beta is below 1.
     *
     * @throws dev.tidar.api.InvalidRequestException if the model cannot decode so; nothing has changed
     * @throws dev.tidar.api.EngineBusyException if the model is still being loaded
     * @throws dev.tidar.api.EngineClosedException if the engine is closed, shutting down or dead
     */
    public void decodeBy(Decoding decoding) {
        Objects.requireNonNull(decoding, "decoding");
        loop.requireOpen();
        loader.decodeBy(decoding);
    }

    /**
     * Drops what is kept for prompts that begin alike, between two steps. Requests that run keep their own blocks.
     *
     * @return the number of blocks that were known
     * @throws dev.tidar.api.EngineBusyException if the model is still being loaded
     * @throws dev.tidar.api.EngineClosedException if the engine is closed, shutting down or dead, or the thread is
     *     interrupted
     */
    public int clearPrefixCache() {
        return loop.clearPrefixCache();
    }

    /**
     * What a token stands for, such as one of the most likely tokens that a request has asked for.
     *
     * @return the token; empty if the vocabulary has no such id, if the model has no tokenizer, and before it is loaded
     */
    public Optional<TokenText> token(int id) {
        return loader.token(id);
    }

    /**
     * Shuts down gently: rejects new requests, lets those that it has come to their end, and closes. Those that are
     * left after the limit end with an {@link dev.tidar.api.EngineClosedException}. An engine that is still being
     * loaded has no requests; its loading stops at the next stage.
     *
     * @return whether all came to their end
     * @throws InterruptedException if interrupted; the engine still has to be closed then
     */
    public boolean drain(Duration limit) throws InterruptedException {
        Objects.requireNonNull(limit, "limit");
        boolean drained = loop.drain(limit);
        close();
        return drained;
    }

    /**
     * Ends all requests and frees the device and the files; loading stops at the next stage. Further calls have no
     * effect.
     */
    @Override
    public void close() {
        loop.close();
    }
}
