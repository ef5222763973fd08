package dev.tidar.cli.bench;

import dev.tidar.api.GenerationListener;
import dev.tidar.api.TokenChunk;
import java.time.Duration;

/** Measures the time from its creation to the first token, as a caller sees it. */
final class FirstTokenClock implements GenerationListener {

    private final long start = System.nanoTime();
    private volatile long firstChunk;

    @Override
    public void onChunk(TokenChunk chunk) {
        if (firstChunk == 0) {
            firstChunk = System.nanoTime();
        }
    }

    /** Call this when the generation has ended. */
    Duration elapsed() {
        return Duration.ofNanos(firstChunk - start);
    }
}
