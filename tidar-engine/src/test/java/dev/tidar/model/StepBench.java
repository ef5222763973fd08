package dev.tidar.model;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.CpuKernels;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.driver.GpuProbe;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.ModelConfig.Blocks;
import dev.tidar.checkpoint.ModelConfig.Positions;
import dev.tidar.checkpoint.ModelConfig.Sizes;
import dev.tidar.checkpoint.family.Biases;
import dev.tidar.checkpoint.family.Families;
import dev.tidar.checkpoint.family.LayerKind;
import dev.tidar.checkpoint.family.Multipliers;
import dev.tidar.checkpoint.rope.RopeReader.Rope;
import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.RowSamplings;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.StepInputs;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Time of a decode step by row count, on shapes of real models with random weights. Arguments: {@code gpu}, or kernels
 * of the CPU and its activations such as {@code native:int8} or {@code vector:float}; then shapes, each as
 * {@code 8B:bf16}, {@code 1.5B:int8} or {@code 135M:f32}; {@code tiny} is for trying it out. The context is 1024 tokens
 * on a GPU and 128 on the CPU. {@code tools/gpu-checks/run.sh} runs it on a GPU.
 */
public final class StepBench {

    private static final int LONGEST_CONTEXT = 1024;
    private static final int CPU_CONTEXT = 128;
    private static final int BLOCK_TOKENS = 16;
    private static final int BLOCKS = (LONGEST_CONTEXT + 64) / BLOCK_TOKENS;
    private static final int MAX_ROWS = 512;
    private static final int WARM_UP = 5;
    private static final int STEPS = 40;

    /** Steps that take long are measured for this long, or three times; the first ones warm up all the same. */
    private static final long BUDGET_NANOS = 1_000_000_000;

    private static final int FEWEST_STEPS = 3;

    private final Backend backend;
    private final Sizes sizes;
    private final HeadGeometry heads;
    private final DType dtype;
    private final int context;
    private final TidarTransformer network;

    private StepBench(Backend backend, Sizes sizes, HeadGeometry heads, DType dtype, int context) {
        this.context = context;
        this.backend = backend;
        this.sizes = sizes;
        this.heads = heads;
        this.dtype = dtype;
        this.network = load();
    }

    public static void main(String[] arguments) {
        String device = arguments[0];
        for (String argument : Arrays.asList(arguments).subList(1, arguments.length)) {
            String[] parts = argument.split(":", -1);
            DType dtype = DType.valueOf(parts[1].replace("int8", "i8").toUpperCase(Locale.ROOT));
            long begin = System.nanoTime();
            try (Backend backend = backend(device, dtype)) {
                StepBench bench = of(parts[0], backend, dtype, device.equals("gpu") ? LONGEST_CONTEXT : CPU_CONTEXT);
                System.out.printf(
                        "%n%s on %s (%s), loaded in %.1f s%n%n",
                        argument,
                        backend.facts().device(),
                        backend.facts().kernels(),
                        (System.nanoTime() - begin) / 1e9);
                bench.run(device.equals("gpu"));
            }
        }
    }

    private static Backend backend(String device, DType dtype) {
        if (device.equals("gpu")) {
            return Backend.onGpu(
                    WeightFormat.AUTO,
                    dtype == DType.F32 ? Arithmetic.STRICT : Arithmetic.FAST,
                    GpuProbe.run().gpus().get(0));
        }
        String[] parts = device.toUpperCase(Locale.ROOT).split(":", -1);
        return CpuKernels.valueOf(parts[0])
                .backend(
                        WeightFormat.AUTO,
                        Activations.valueOf(parts[1]),
                        Runtime.getRuntime().availableProcessors());
    }

    static StepBench of(String name, Backend backend, DType dtype, int context) {
        return switch (name) {
            case "tiny" ->
                new StepBench(backend, new Sizes(128, 256, 2, 32_768), new HeadGeometry(2, 1, 64), dtype, context);
            case "135M" ->
                new StepBench(backend, new Sizes(576, 1536, 30, 49_152), new HeadGeometry(9, 3, 64), dtype, context);
            case "0.5B" ->
                new StepBench(backend, new Sizes(896, 4864, 24, 151_936), new HeadGeometry(14, 2, 64), dtype, context);
            case "1.5B" ->
                new StepBench(
                        backend, new Sizes(1536, 8960, 28, 151_936), new HeadGeometry(12, 2, 128), dtype, context);
            case "8B" ->
                new StepBench(
                        backend, new Sizes(4096, 12_288, 36, 151_936), new HeadGeometry(32, 8, 128), dtype, context);
            default -> throw new IllegalArgumentException("shape must be tiny, 135M, 0.5B, 1.5B or 8B, but is " + name);
        };
    }

    private void run(boolean gpu) {
        System.out.println("| rows | layout | ms a step | weights read, GB/s |");
        System.out.println("| --- | --- | --- | --- |");
        report("autoregressive", inputs(1, 1, 0));
        if (gpu) {
            runGpu();
        } else {
            runCpu();
        }
    }

    private void runGpu() {
        report("16 verify rows", inputs(1, 16, 0));
        report("single pass, K = 4", inputs(1, 4, 4));
        report("single pass, K = 8", inputs(1, 8, 8));
        report("single pass, K = 8, top-p and penalties", inputs(1, 8, 8, ruled()));
        report("two sequences, K = 8", inputs(2, 8, 8));
        report("single pass, K = 16", inputs(1, 16, 16));
    }

    private void runCpu() {
        for (int rows : new int[] {2, 3, 4, 6, 8, 12, 16, 20, 32, 64}) {
            report("verify rows", inputs(1, rows, 0));
        }
        report("single pass, K = 2", inputs(1, 2, 2));
        report("single pass, K = 3", inputs(1, 3, 3));
        report("single pass, K = 4", inputs(1, 4, 4));
        report("single pass, K = 8", inputs(1, 8, 8));
    }

    private void report(String layout, StepInputs inputs) {
        List<Long> nanos = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < WARM_UP && (i == 0 || System.nanoTime() - start < BUDGET_NANOS / WARM_UP); i++) {
            network.step(inputs);
        }
        start = System.nanoTime();
        while (nanos.size() < STEPS && (nanos.size() < FEWEST_STEPS || System.nanoTime() - start < BUDGET_NANOS)) {
            long begin = System.nanoTime();
            network.step(inputs);
            nanos.add(System.nanoTime() - begin);
        }
        Collections.sort(nanos);
        double median = nanos.get(nanos.size() / 2);
        System.out.printf(
                "| %d | %s | %.3f | %.0f |%n",
                inputs.rows().counts().total(), layout, median / 1e6, weightBytes() / median);
    }

    /** Bytes of the weights that a step reads: the layers, and the head once. */
    private double weightBytes() {
        double layer = (double) sizes.hidden() * heads.columns()
                + (double) heads.queryColumns() * sizes.hidden()
                + 3.0 * sizes.hidden() * sizes.intermediate();
        return (sizes.layers() * layer + (double) sizes.vocab() * sizes.hidden()) * dtype.bytes();
    }

    /** A filter, and a history as long as the context. */
    private static RowSampling ruled() {
        SamplingParams params = new SamplingParams(
                0.8f,
                1,
                new Filters(0, 0.9, 0, 1),
                new Penalties(1.1f, 0, 0),
                LogitBias.NONE,
                BannedIds.NONE,
                OptionalInt.empty());
        int[] seen = IntStream.range(0, LONGEST_CONTEXT)
                .map(id -> id % 500)
                .distinct()
                .toArray();
        return RowSampling.draft(params, new TokenCounts(seen, new int[seen.length]));
    }

    /** Runs one step. */
    void step(StepInputs inputs) {
        network.step(inputs);
    }

    /** @param k rows of the groups that are carried for every kept count; 0 for none */
    private StepInputs inputs(int sequences, int verify, int k) {
        return inputs(sequences, verify, k, RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE));
    }

    StepInputs inputs(int sequences, int verify, int k, RowSampling rule) {
        int draftLength = Math.max(1, k);
        var sampling = new RowSamplings(
                Collections.nCopies(verify, rule), Collections.nCopies(k > 0 ? draftLength - 1 : 0, rule));
        List<Integer> tokens = IntStream.range(0, verify).boxed().toList();
        List<SequenceStep.Group> groups = IntStream.rangeClosed(1, k > 0 ? verify : 0)
                .mapToObj(
                        kept -> new SequenceStep.Group(kept, Collections.nCopies(k, 0), context + kept, context + kept))
                .toList();
        StepInputs.Builder inputs = new StepInputs.Builder();
        for (int s = 0; s < sequences; s++) {
            int[] blocks = IntStream.range(s * BLOCKS, (s + 1) * BLOCKS).toArray();
            inputs.add(blocks, new SequenceStep(tokens, context, verify, draftLength, groups), 1, sampling);
        }
        return inputs.build();
    }

    private TidarTransformer load() {
        PagedKv kv = backend.allocateKv(
                new KvGeometry(sizes.layers(), heads.numKvHeads(), heads.headDim(), BLOCK_TOKENS, backend.cacheType()),
                2 * BLOCKS);
        List<LayerWeights> layers = new ArrayList<>();
        for (int i = 0; i < sizes.layers(); i++) {
            layers.add(new LayerWeights(
                    LayerKind.PLAIN,
                    ones(sizes.hidden()),
                    linear(heads.columns(), sizes.hidden()),
                    Optional.empty(),
                    linear(sizes.hidden(), heads.queryColumns()),
                    ones(sizes.hidden()),
                    backend.gated(
                            source(sizes.intermediate(), sizes.hidden()), source(sizes.intermediate(), sizes.hidden())),
                    linear(sizes.hidden(), sizes.intermediate())));
        }
        Linear head = linear(sizes.vocab(), sizes.hidden());
        float[] frequencies = new float[heads.headDim() / 2];
        Arrays.fill(frequencies, 0.01f);
        Rotation rotation = Rotation.of(frequencies);
        ModelConfig config = new ModelConfig(
                Families.named("llama").orElseThrow(),
                sizes,
                heads,
                new Positions(new Rope(rotation, heads.headDim()), LONGEST_CONTEXT + 64),
                new Blocks(
                        new Biases(false, false, false),
                        Collections.nCopies(sizes.layers(), LayerKind.PLAIN),
                        Multipliers.NONE),
                1e-6f,
                true,
                Optional.empty());
        RotaryTable rotary = backend.rotaryTable(rotation, LONGEST_CONTEXT + 64);
        TidarWeights weights = new TidarWeights(head, layers, ones(sizes.hidden()), head, rotary, rotary);
        return new TidarTransformer(backend, config, weights, kv, MAX_ROWS);
    }

    private Linear linear(int outputs, int inputs) {
        return backend.linear(List.of(source(outputs, inputs)));
    }

    private LinearSource source(int outputs, int inputs) {
        return LinearSource.of(new TurnedRows(outputs, inputs, dtype));
    }

    private Gain ones(int length) {
        float[] ones = new float[length];
        Arrays.fill(ones, 1);
        return backend.gain(ones);
    }
}
