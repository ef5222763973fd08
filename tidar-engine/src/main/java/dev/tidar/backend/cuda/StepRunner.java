package dev.tidar.backend.cuda;

import dev.tidar.step.StepInputs;
import dev.tidar.step.StepShape;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Runs steps, each as one call to the driver once its shape is known: the step block goes to the device, the verbs run,
 * all integers come back, captured as one graph.
 *
 * <p>The first step of a shape is queued verb by verb, which also takes the scratch memory that the shape needs; the
 * second is captured; all others replay it.
 *
 * <p>Confined to the engine thread.
 */
public final class StepRunner {

    /** Graphs that are kept; the one that was not used for the longest time goes. */
    private static final int MAX_GRAPHS = 128;

    private final CudaDevice device;
    private final Map<Key, JCudaContext.Graph> graphs = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<Key> seen = new HashSet<>();
    private final boolean captures;
    private boolean running;
    private int blockTokens;
    private int room;

    /** @param captures whether steps are captured; else every step is queued verb by verb */
    StepRunner(CudaDevice device, boolean captures) {
        this.device = device;
        this.captures = captures;
        device.onClose(this::forgetGraphs);
    }

    /**
     * What decides which verbs with which arguments a step queues.
     *
     * @param rulesRoom bytes of the rules; 0 where temperature and seed are all there is to the samples
     * @param asksLogProbs whether log-probabilities are told
     * @param mixes whether verify rows are mixed with masks
     */
    private record Key(
            Consumer<StepInputs> program,
            StepShape shape,
            int tableStride,
            int tiles,
            int rulesRoom,
            boolean asksLogProbs,
            boolean mixes) {}

    /** Steps will read KV blocks of so many tokens. */
    void blockTokens(int tokens) {
        blockTokens = tokens;
    }

    /** There are activations for so many rows. */
    void room(int rows) {
        room = Math.max(room, rows);
    }

    /** Runs one step and waits for it. */
    public void run(StepInputs inputs, Consumer<StepInputs> program) {
        if (running) {
            throw new IllegalStateException("a step must not run inside of a step");
        }
        StepInputs padded = pad(inputs);
        int stride = blockTokens == 0 ? 0 : StepBuckets.blocks(StepBlock.blocksSeen(padded.rows(), blockTokens));
        running = true;
        try {
            if (device.block().write(padded, blockTokens, stride)) {
                forgetGraphs();
            }
            device.block().inStep(true);
            launch(key(padded, stride, program), padded);
            device.context().synchronize();
            device.block().copied();
            device.ids().fetched();
        } catch (RuntimeException | Error e) {
            device.block().forget();
            throw e;
        } finally {
            running = false;
            device.block().inStep(false);
        }
    }

    private Key key(StepInputs inputs, int stride, Consumer<StepInputs> program) {
        StepBlock block = device.block();
        return new Key(
                program,
                inputs.shape(),
                stride,
                block.numTiles(),
                block.rulesRoom(),
                inputs.asksLogProbs(),
                inputs.mixes());
    }

    /** The bucket of a step that nearly fills the activations may be too large for them. */
    private StepInputs pad(StepInputs inputs) {
        StepShape bucket = StepBuckets.of(inputs.shape());
        return bucket.rows().total() <= room ? inputs.padded(bucket) : inputs;
    }

    private void launch(Key key, StepInputs inputs) {
        JCudaContext.Graph graph = graphs.get(key);
        if (graph == null) {
            if (!captures || seen.add(key)) {
                queue(key, inputs);
                return;
            }
            graph = device.capture(() -> queue(key, inputs));
            graphs.put(key, graph);
            forgetEldest();
        }
        device.ids().changed();
        device.context().launch(graph);
    }

    private void queue(Key key, StepInputs inputs) {
        device.block().copy();
        key.program.accept(inputs);
        device.ids().fetch();
    }

    private void forgetEldest() {
        if (graphs.size() > MAX_GRAPHS) {
            Iterator<JCudaContext.Graph> eldest = graphs.values().iterator();
            device.context().destroy(eldest.next());
            eldest.remove();
        }
    }

    /** Graphs hold addresses: whoever moves memory that they use has them captured anew. */
    void forgetGraphs() {
        Iterator<JCudaContext.Graph> all = graphs.values().iterator();
        while (all.hasNext()) {
            JCudaContext.Graph graph = all.next();
            all.remove();
            device.context().destroy(graph);
        }
    }

    /** Steps that are captured. */
    int numGraphs() {
        return graphs.size();
    }
}
