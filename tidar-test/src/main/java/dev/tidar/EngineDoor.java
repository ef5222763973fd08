package dev.tidar;

import dev.tidar.api.EngineOptions;
import dev.tidar.api.GenerationRequest;
import dev.tidar.model.TidarModel;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;

/**
 * The way by which tests put something in the place of an engine's network, clock or requests. It leads through a
 * method that only this package sees, so that an application cannot take it by accident.
 */
@NullMarked
public final class EngineDoor {

    private EngineDoor() {}

    /**
     * Starts an engine, as {@link TidarEngine#start(EngineOptions)} does.
     *
     * @param nanoTime a monotonic clock
     * @param network wraps or replaces the network
     * @param requests sees each request on the thread that submits it, and may change or reject it
     */
    public static TidarEngine start(
            EngineOptions options,
            LongSupplier nanoTime,
            UnaryOperator<TidarModel> network,
            UnaryOperator<GenerationRequest> requests) {
        return TidarEngine.start(options, nanoTime, network, requests);
    }
}
