package dev.tidar;

import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.schedule.EngineLoop;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A TiDAR model inside this JVM: load it, submit requests, close it.
 *
 * <p>All methods are thread-safe. One thread of the engine owns the device; listeners are called on it.
 */
public final class TidarEngine implements AutoCloseable {

    private final EngineLoop loop;
    private final LoadedModel model;
    private final RequestGate gate;

    private TidarEngine(EngineLoop loop, LoadedModel model, RequestGate gate) {
        this.loop = loop;
        this.model = model;
        this.gate = gate;
    }

    /**
     * Loads a model and gets ready to serve: reads the checkpoint, packs the weights for the device, sets KV memory
     * aside, and measures the layouts that auto chooses from.
     *
     * @throws dev.tidar.api.InvalidModelException if the folder is not a model that this engine can run
     * @throws dev.tidar.api.DeviceException if the device cannot be used
     */
    public static TidarEngine load(EngineOptions options) {
        EngineLoader loader = new EngineLoader(options, System::nanoTime);
        EngineLoop loop = new EngineLoop(loader::load, options.maxQueuedRequests(), System::nanoTime);
        try {
            loop.awaitLoaded();
        } catch (RuntimeException | Error e) {
            loop.close();
            throw e;
        }
        LoadedModel model = loader.model();
        return new TidarEngine(
                loop,
                model,
                new RequestGate(
                        options, model, () -> ThreadLocalRandom.current().nextLong()));
    }

    /**
     * Submits a request. It waits for its turn, reports to the listener, and ends once.
     *
     * @throws dev.tidar.api.InvalidRequestException if it can never be served; nothing was queued
     * @throws dev.tidar.api.EngineBusyException if too many requests wait already
     * @throws dev.tidar.api.EngineClosedException if the engine is closed or its device failed
     */
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        loop.requireOpen();
        return loop.submit(gate.admit(request), listener);
    }

    /** What the engine is and does now. Reads only; costs next to nothing. */
    public EngineStatus status() {
        return model.status(state(), loop);
    }

    private EngineState state() {
        if (loop.isDead()) {
            return EngineState.DEAD;
        }
        if (loop.isClosing()) {
            return EngineState.DRAINING;
        }
        return model.backend().degradations().isEmpty() ? EngineState.READY : EngineState.DEGRADED;
    }

    /** Ends all requests and frees the device and the files. Further calls have no effect. */
    @Override
    public void close() {
        loop.close();
        model.close();
    }
}
