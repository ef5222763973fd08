package dev.tidar;

import dev.tidar.api.EngineOptions;
import dev.tidar.api.ModelSource;
import java.util.Optional;

/**
 * Starts the engines of an application. An application that has one of its own gets its engines from it, with the
 * options that its settings make; a test uses this to replace the model and nothing else.
 */
@FunctionalInterface
public interface EngineStarter {

    /** Starts an engine, as {@link TidarEngine#start} does. */
    TidarEngine start(EngineOptions options);

    /** The model that takes the place of the one that is set; empty to load that one. */
    default Optional<ModelSource> model() {
        return Optional.empty();
    }
}
