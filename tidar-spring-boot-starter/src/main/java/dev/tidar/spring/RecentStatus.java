package dev.tidar.spring;

import dev.tidar.api.EngineStatus;
import java.util.function.Supplier;

/**
 * The status of an engine, asked for at most every tenth of a second, so that the meters of one scrape agree with one
 * another and cost one status. Thread-safe.
 */
final class RecentStatus implements Supplier<EngineStatus> {

    private static final long NANOS = 100_000_000;

    private record Reading(EngineStatus status, long nanos) {}

    private final Supplier<EngineStatus> engine;
    private volatile Reading last;

    RecentStatus(Supplier<EngineStatus> engine) {
        this.engine = engine;
        this.last = read();
    }

    @Override
    public EngineStatus get() {
        Reading reading = last;
        if (System.nanoTime() - reading.nanos() > NANOS) {
            reading = read();
            last = reading;
        }
        return reading.status();
    }

    private Reading read() {
        return new Reading(engine.get(), System.nanoTime());
    }
}
