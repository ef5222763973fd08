package dev.tidar.schedule;

import dev.tidar.api.DeviceException;
import dev.tidar.model.TidarModel;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;

/** A model whose forwards are watched. Confined to the engine thread. */
final class WatchedModel implements TidarModel {

    private final TidarModel model;
    private final Watchdog watchdog;

    WatchedModel(TidarModel model, Watchdog watchdog) {
        this.model = model;
        this.watchdog = watchdog;
    }

    /**
     * Runs a forward under the watchdog.
     *
     * @throws DeviceException also if the forward came back after the watchdog had given it up
     */
    @Override
    public StepResult step(StepInputs inputs) {
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
        return result;
    }
}
