package dev.tidar.backend.cuda;

import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.SampledLogProbs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Head and sample, accept and choose the next draft. Where temperature and seed are all there is to a sample, logits
 * never reach memory: each block of the head keeps the best token of its columns, a second kernel takes the best of
 * these.
 *
 * <p>Confined to the engine thread.
 */
public final class HeadSampler {

    private static final int CANDIDATE_BYTES = 8;
    private static final int BEST_THREADS = 128;
    private static final int ACCEPT_THREADS = 32;
    private static final int MIX_THREADS = 128;

    private final CudaDevice device;
    private final Forms forms;
    private final ProductKernels kernels;
    private final Scratch candidates;
    private final BannedTokens ban;
    private final RuledSampling ruled;

    HeadSampler(CudaDevice device, Forms forms, Products products, ProductKernels kernels, Runnable moved) {
        this.device = device;
        this.forms = forms;
        this.kernels = kernels;
        this.candidates = Scratch.undefined(device, "candidates of the head", moved);
        this.ban = new BannedTokens(device, moved);
        this.ruled = new RuledSampling(device, products, ban, moved);
    }

    /** Ids that {@link #sample} leaves out from now on. */
    public void ban(int[] tokenIds) {
        ban.set(tokenIds);
    }

    /** One token for each row of h {@code [count, hidden]}; NONE where there is no row. */
    public void sample(
            CudaIds sampled,
            SampledLogProbs logProbs,
            CudaTensor h,
            CudaLinear head,
            CudaIds rowNumbers,
            StepRows rows,
            List<RowSampling> rules) {
        if (rules.isEmpty()) {
            return;
        }
        StepBlock block = block(rowNumbers, rows, rules);
        if (block.hasRules()) {
            ruled.sample(new RuledSampling.Sample(sampled, logProbs, h, head, rowNumbers, rules), block);
        } else {
            sample(sampled, h, head, rowNumbers, rules.size(), block);
        }
    }

    /** The step block with all that the rows are sampled by. */
    private StepBlock block(CudaIds rowNumbers, StepRows rows, List<RowSampling> rules) {
        StepBlock block = device.block();
        if (block.hasStep(rows)) {
            return block;
        }
        return rules.stream().allMatch(RowSampling::isPlain)
                ? samplingParams(device.ids().read(rowNumbers, rules.size(), device.staging()), rows, rules)
                        .map(samplingParams -> block.withSamplingParams(rows, samplingParams))
                        .orElseGet(() -> block.withRules(rows, StepRules.of(rules)))
                : block.withRules(rows, StepRules.of(rules));
    }

    /** How each sequence samples; empty where the rows of one sample differently. */
    private static Optional<List<SamplingParams>> samplingParams(
            int[] numbers, StepRows rows, List<RowSampling> rules) {
        Map<Integer, SamplingParams> samplingParams = new HashMap<>();
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != Ids.NONE) {
                SamplingParams params = rules.get(i).params();
                SamplingParams other = samplingParams.putIfAbsent(rows.sequence(numbers[i]), params);
                if (other != null && !other.equals(params)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(IntStream.range(0, rows.numSequences())
                .mapToObj(sequence -> samplingParams.getOrDefault(sequence, SamplingParams.GREEDY))
                .toList());
    }

    private void sample(
            CudaIds sampled, CudaTensor h, CudaLinear head, CudaIds rowNumbers, int count, StepBlock block) {
        CudaMatrix matrix = head.matrix();
        ProductKernels.Head launch = kernels.head(matrix, count);
        long best = candidates.reserve((long) count * launch.candidates() * CANDIDATE_BYTES);
        device.launch(
                launch.kernel(),
                launch.grid(),
                best,
                forms.inputs(h, count),
                matrix.weights().address(),
                matrix.scaleAddress(),
                head.biasAddress(),
                ban.bits(matrix),
                rowNumbers.address(),
                block.rows(),
                block.sequences(),
                count,
                head.outputs(),
                matrix.paddedRows(),
                matrix.columns(),
                forms.inputPitch(matrix.columns()));
        device.launch(
                "pick_best",
                Grid.of(count, BEST_THREADS),
                sampled.address(),
                best,
                rowNumbers.address(),
                launch.candidates());
    }

    /** Row numbers that get the head first. */
    public void verifyRows(CudaIds numbers, StepInputs inputs) {
        if (inputs.numSamples() > 0) {
            StepBlock block = device.block().withSampleRows(inputs);
            device.ids().changed();
            device.context()
                    .copyOnDevice(numbers.address(), block.sampleRows(), (long) inputs.numSamples() * Integer.BYTES);
        }
    }

    /** Rows of the masks that verify rows are mixed with. */
    public void mixedRows(CudaIds numbers, StepInputs inputs) {
        if (inputs.numSamples() > 0) {
            StepBlock block = device.block().withSampleRows(inputs);
            device.ids().changed();
            device.launch(
                    "mixed_rows",
                    Grid.of((inputs.numSamples() + MIX_THREADS - 1) / MIX_THREADS, MIX_THREADS),
                    numbers.address(),
                    block.sampleRows(),
                    block.rows(),
                    block.sequences(),
                    block.groups(),
                    inputs.numSamples());
        }
    }

    /** {@code y[i] = beta · y[i] + (1 - beta) · x[i]} where there is a mask. */
    public void mix(CudaTensor y, CudaTensor x, CudaIds mixedRows, StepInputs inputs) {
        if (inputs.numSamples() > 0) {
            StepBlock block = device.block().withSampleRows(inputs);
            device.launch(
                    "mix_f32",
                    Grid.of(inputs.numSamples(), MIX_THREADS),
                    forms.floats(y, inputs.numSamples()),
                    forms.floats(x, inputs.numSamples()),
                    mixedRows.address(),
                    block.rows(),
                    block.sequences(),
                    y.columns());
            y.written(false);
        }
    }

    /** Kept counts, and the rows of the masks that draft after them. */
    public void accept(CudaIds kept, CudaIds draftRows, CudaIds sampled, StepRows rows, List<VerifyPlan> plans) {
        StepBlock block = device.block().withPlans(rows, plans);
        device.launch(
                "accept_drafts",
                Grid.of(plans.size(), ACCEPT_THREADS),
                kept.address(),
                draftRows.address(),
                sampled.address(),
                block.rows(),
                block.sequences(),
                block.groups());
    }
}
