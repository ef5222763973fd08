package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.memory.CudaIds;
import dev.tidar.backend.cuda.memory.CudaLinear;
import dev.tidar.backend.cuda.memory.CudaMatrix;
import dev.tidar.backend.cuda.memory.CudaTensor;
import dev.tidar.backend.cuda.memory.Scratch;
import dev.tidar.backend.cuda.step.CurrentStep;
import dev.tidar.backend.cuda.step.StepBlock;
import dev.tidar.step.Pass;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import java.util.List;
import java.util.Optional;

/**
 * Applies the head and samples, accepts drafts, and chooses the masks that draft next. Where all rows have only
 * temperature and seed, logits are never written to memory: each CUDA block of the head keeps the best token of its
 * columns, and a second kernel takes the best of these.
 *
 * <p>Confined to the engine thread.
 */
public final class HeadSampler {

    private static final int CANDIDATE_BYTES = 8;
    private static final int BEST_THREADS = 128;
    private static final int ACCEPT_THREADS = 32;
    private static final int MIX_THREADS = 128;

    private final CudaDevice device;
    private final CurrentStep step;
    private final Forms forms;
    private final ProductKernels kernels;
    private final Scratch candidates;
    private final BannedTokens ban;
    private final FilteredSampling filtered;

    HeadSampler(CudaDevice device, CurrentStep step, Forms forms, Products products, ProductKernels kernels) {
        this.device = device;
        this.step = step;
        this.forms = forms;
        this.kernels = kernels;
        this.candidates = Scratch.undefined(device, "candidates of the head");
        this.ban = new BannedTokens(device);
        this.filtered = new FilteredSampling(device, products, ban);
    }

    /** Sets the ids that {@link #sample} leaves out. */
    public void ban(int[] tokenIds) {
        ban.set(tokenIds);
    }

    /**
     * Samples one token for each row of a pass; NONE where the row number is NONE.
     *
     * @param h {@code [rows of the pass, hidden]}
     */
    public void sample(
            CudaIds sampled,
            SampledLogProbs logProbs,
            CudaTensor h,
            CudaLinear head,
            CudaIds rowNumbers,
            StepInputs inputs,
            Pass pass) {
        int count = inputs.samplings(pass).size();
        if (count == 0) {
            return;
        }
        StepBlock block = step.of(inputs);
        if (block.hasSampling()) {
            boolean asks = inputs.samplings(pass).stream()
                    .anyMatch(row -> row.logProbs().isPresent());
            Optional<SampledLogProbs> asked = asks ? Optional.of(logProbs) : Optional.empty();
            filtered.sample(new FilteredSampling.Rows(sampled, asked, h, head, rowNumbers, pass, count), block);
        } else {
            samplePlain(sampled, h, head, rowNumbers, count, block);
        }
    }

    private void samplePlain(
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
                "sample_best",
                Grid.of(count, BEST_THREADS),
                sampled.address(),
                best,
                rowNumbers.address(),
                launch.candidates());
    }

    /** Writes the numbers of the rows that get the head first. */
    public void verifyRows(CudaIds numbers, StepInputs inputs) {
        if (inputs.numSamples() > 0) {
            StepBlock block = step.of(inputs);
            device.context()
                    .copyOnDevice(numbers.address(), block.sampleRows(), (long) inputs.numSamples() * Integer.BYTES);
        }
    }

    /** Writes the numbers of the masks that verify rows are mixed with. */
    public void mixedRows(CudaIds numbers, StepInputs inputs) {
        if (inputs.numSamples() > 0) {
            StepBlock block = step.of(inputs);
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

    /** Mixes {@code y[i] = beta · y[i] + (1 - beta) · x[i]} where row i has a mask. */
    public void mix(CudaTensor y, CudaTensor x, CudaIds mixedRows, StepInputs inputs) {
        if (inputs.numSamples() > 0) {
            StepBlock block = step.of(inputs);
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

    /** Writes kept counts, and the numbers of the masks that draft after the kept rows. */
    public void accept(CudaIds kept, CudaIds draftRows, CudaIds sampled, StepRows rows, List<VerifyPlan> plans) {
        StepBlock block = step.of(rows, plans);
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
