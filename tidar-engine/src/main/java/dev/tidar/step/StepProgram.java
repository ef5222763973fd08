package dev.tidar.step;

/** The steps of one network on one device, as the device has prepared them. Confined to the engine thread. */
@FunctionalInterface
public interface StepProgram {

    /**
     * Runs one step. Afterwards its results can be read.
     *
     * @throws dev.tidar.api.DeviceException if the device fails
     */
    void run(StepInputs inputs);
}
