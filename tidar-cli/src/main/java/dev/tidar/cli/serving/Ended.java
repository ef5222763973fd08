package dev.tidar.cli.serving;

import dev.tidar.api.GenerationResult;
import dev.tidar.api.TidarException;
import java.util.Optional;

/**
 * A request that came to its end: it has a result or a failure.
 *
 * @param tag what it was submitted with
 * @param result its answer
 * @param failure why there is none
 * @param delivery when its tokens came
 */
public record Ended<T>(T tag, Optional<GenerationResult> result, Optional<TidarException> failure, Delivery delivery) {

    /**
     * The answer.
     *
     * @throws TidarException the failure
     */
    public GenerationResult answer() {
        return result.orElseThrow(failure::orElseThrow);
    }
}
