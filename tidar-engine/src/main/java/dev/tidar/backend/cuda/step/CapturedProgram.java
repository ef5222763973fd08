package dev.tidar.backend.cuda.step;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.JCudaContext;
import dev.tidar.backend.cuda.memory.IdsPool;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepProgram;
import dev.tidar.step.StepShape;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Runs the steps of one network. A step whose shape is known is one call to the driver, which launches a captured
 * graph: it copies the step block to the device, runs the verbs, and copies all integers back.
 *
 * <p>The first step of a shape is queued verb by verb, which also allocates the scratch memory that the shape needs;
 * the second is captured; all others replay it.
 *
 * <p>Confined to the engine thread.
 */
public final class CapturedProgram implements StepProgram {

    private final CudaDevice device;
    private final IdsPool ids;
    private final CurrentStep current;
    private final AttentionShape attention;
    private final int maxRows;
    private final boolean captures;
    private final Consumer<StepInputs> verbs;
    private final Set<StepImage.Shape> seen = new HashSet<>();

    /**
     * Prepares the steps of one network.
     *
     * @param attention the shape that all its attention layers need
     * @param maxRows the number of rows of its tensors; no step is padded beyond it
     * @param captures whether steps are captured; otherwise every step is queued verb by verb
     * @param verbs calls the verbs of a step
     */
    public CapturedProgram(
            CudaDevice device,
            IdsPool ids,
            CurrentStep current,
            AttentionShape attention,
            int maxRows,
            boolean captures,
            Consumer<StepInputs> verbs) {
        this.device = device;
        this.ids = ids;
        this.current = current;
        this.attention = attention;
        this.maxRows = maxRows;
        this.captures = captures;
        this.verbs = verbs;
    }

    /**
     * The key of a graph. It names the program, because two programs launch different kernels even for steps of the
     * same shape.
     */
    private record Key(CapturedProgram program, StepImage.Shape shape) {}

    @Override
    public void run(StepInputs inputs) {
        StepInputs padded = pad(inputs);
        StepBlock block = current.begin(padded, attention);
        try {
            launch(block, padded);
            device.context().synchronize();
            block.copied();
            ids.fetched();
        } finally {
            current.end();
        }
    }

    /** The bucket of a step that nearly fills the tensors may be too large for them. */
    private StepInputs pad(StepInputs inputs) {
        StepShape bucket = StepBuckets.of(inputs.shape());
        return Math.max(bucket.rows().total(), bucket.sampled()) <= maxRows ? inputs.padded(bucket) : inputs;
    }

    private void launch(StepBlock block, StepInputs inputs) {
        Key key = new Key(this, block.shape());
        Optional<JCudaContext.Graph> graph = device.graphs().get(key);
        block.launches();
        if (graph.isPresent()) {
            device.context().launch(graph.get());
        } else if (!captures || !seen.contains(key.shape)) {
            queue(block, inputs);
            seen.add(key.shape); // not before: a step that failed half-way has not allocated all scratch memory
        } else {
            JCudaContext.Graph captured = device.capture(() -> queue(block, inputs));
            device.graphs().put(key, captured);
            device.context().launch(captured);
        }
    }

    private void queue(StepBlock block, StepInputs inputs) {
        block.copy();
        verbs.accept(inputs);
        ids.fetch();
    }
}
