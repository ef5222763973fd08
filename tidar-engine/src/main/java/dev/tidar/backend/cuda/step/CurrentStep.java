package dev.tidar.backend.cuda.step;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import java.util.List;
import java.util.Optional;

/**
 * Gives verbs their inputs in device memory. Within a step the inputs are already there, and a verb must use the inputs
 * of the step. For a verb that is called outside of a step, its own inputs are copied first.
 *
 * <p>Confined to the engine thread.
 */
public final class CurrentStep {

    private final StepBlock block;
    private Optional<Running> running = Optional.empty();

    /** A step, and the attention that it is laid out for. */
    private record Running(StepRows rows, AttentionShape attention) {}

    public CurrentStep(CudaDevice device) {
        this.block = new StepBlock(device);
    }

    /**
     * Begins a step: writes its image to host memory, from where it must then be copied to the device.
     *
     * @throws IllegalStateException within a step
     */
    StepBlock begin(StepInputs inputs, AttentionShape attention) {
        if (running.isPresent()) {
            throw new IllegalStateException("a step must not run inside of a step");
        }
        block.load(new StepImage(inputs, attention));
        running = Optional.of(new Running(inputs.rows(), attention));
        return block;
    }

    /** Ends the step, whether or not it succeeded. */
    void end() {
        running = Optional.empty();
    }

    /** The rows of a step. */
    public StepBlock of(StepRows rows) {
        return of(rows, List.of(), AttentionShape.NONE);
    }

    /** The rows of a step, with the tables and tiles that attention needs. */
    public StepBlock of(StepRows rows, AttentionShape attention) {
        return of(rows, List.of(), attention);
    }

    /** The rows of a step, and what their sequences verify. */
    public StepBlock of(StepRows rows, List<VerifyPlan> plans) {
        return of(rows, plans, AttentionShape.NONE);
    }

    private StepBlock of(StepRows rows, List<VerifyPlan> plans, AttentionShape attention) {
        return isRunning(rows, attention) ? block : copied(new StepImage(rows, plans, attention));
    }

    /** The rows of a step, what is verified, and how it is sampled. */
    public StepBlock of(StepInputs inputs) {
        return isRunning(inputs.rows(), AttentionShape.NONE)
                ? block
                : copied(new StepImage(inputs, AttentionShape.NONE));
    }

    private boolean isRunning(StepRows rows, AttentionShape attention) {
        running.ifPresent(step -> {
            if (step.rows != rows || !step.attention.serves(attention)) {
                throw new IllegalStateException(
                        "a step must use the rows that it is given, and the attention of its program");
            }
        });
        return running.isPresent();
    }

    private StepBlock copied(StepImage image) {
        block.load(image);
        block.copy();
        return block;
    }
}
