package dev.tidar.cli.serving;

import dev.tidar.api.GenerationResult;
import dev.tidar.api.TidarException;
import java.util.Optional;

/**
 * A request that has ended, with a result or a failure.
 *
 * @param tag the tag that it was submitted with
 * @param result its answer
 * @param failure the failure where there is no result
 * @param delivery times of its tokens
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
