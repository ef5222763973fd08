package dev.tidar.schedule;

import dev.tidar.api.DeviceException;
import dev.tidar.model.TidarModel;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import java.util.function.LongSupplier;

/** A model whose forwards are timed and watched. Confined to the engine thread. */
final class WatchedModel implements TidarModel {

    private final TidarModel model;
    private final Watchdog watchdog;
    private final LongSupplier nanoTime;
    private long lastNanos;

    WatchedModel(TidarModel model, Watchdog watchdog, LongSupplier nanoTime) {
        this.model = model;
        this.watchdog = watchdog;
        this.nanoTime = nanoTime;
    }

    /**
     * Runs a forward under the watchdog.
     *
     * @throws DeviceException also if the forward came back after the watchdog had given it up
     */
    @Override
    public StepResult step(StepInputs inputs) {
        long begin = nanoTime.getAsLong();
        watchdog.begin();
        StepResult result;
        boolean isExpected;
        try {
            result = model.step(inputs);
        } finally {
            isExpected = watchdog.end();
        }
        if (!isExpected) {
            throw new DeviceException("a forward came back after it was given up", null);
        }
        lastNanos = nanoTime.getAsLong() - begin;
        return result;
    }

    /** Nanoseconds of the last forward. */
    long lastNanos() {
        return lastNanos;
    }
}
