package dev.tidar.hub;

import dev.tidar.api.HubException;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats what failed in a way that may pass, after a pause that doubles, or that the hub asks for. The number of
 * failures in a row is bounded; progress between them starts the count again.
 */
final class Retries {

    /** A hub that asks for a longer pause is not waited for. Its windows are five minutes long. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(310);

    private static final Logger log = LoggerFactory.getLogger(Retries.class);

    private static final int LONGEST_DOUBLING = 5;

    private final int max;
    private final Stop stop;
    private int failures;

    /** @param max failures in a row that are followed by another attempt */
    Retries(int max, Stop stop) {
        this.max = max;
        this.stop = stop;
    }

    /**
     * Returns what an attempt returns.
     *
     * @throws HubException what the last attempt failed with
     */
    <T> T call(Supplier<T> attempt) {
        while (true) {
            try {
                return attempt.get();
            } catch (HubException failure) {
                pauseAfter(failure);
            }
        }
    }

    /**
     * Makes an attempt that returns nothing.
     *
     * @throws HubException what the last attempt failed with
     */
    void run(Runnable attempt) {
        call(() -> {
            attempt.run();
            return true;
        });
    }

    /** Forgets the failures, because there was progress since. */
    void progressed() {
        failures = 0;
    }

    private void pauseAfter(HubException failure) {
        Duration pause = failure.retryAfter().orElse(Duration.ofSeconds(1L << Math.min(failures, LONGEST_DOUBLING)));
        if (!failure.isTransient() || failures >= max || pause.compareTo(LONGEST_PAUSE) > 0) {
            throw failure;
        }
        failures++;
        log.warn("{}; next attempt in {} s ({} of {})", failure.getMessage(), pause.toSeconds(), failures, max);
        stop.pause(pause);
    }
}
