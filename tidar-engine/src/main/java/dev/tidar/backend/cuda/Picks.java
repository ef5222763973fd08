package dev.tidar.backend.cuda;

import dev.tidar.sampling.PickRule;
import dev.tidar.sampling.Picking;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.PickedLogProbs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Head and pick, accept and choose the next draft. Where temperature and seed are all there is to a pick, logits never
 * reach memory: each block of the head keeps the best token of its columns, a second kernel takes the best of these.
 *
 * <p>Confined to the engine thread.
 */
public final class Picks {

    private static final int CANDIDATE_BYTES = 8;
    private static final int BEST_THREADS = 128;
    private static final int ACCEPT_THREADS = 32;
    private static final int MIX_THREADS = 128;

    private final CudaDevice device;
    private final Forms forms;
    private final ProductKernels kernels;
    private final Scratch candidates;
    private final Unpickable unpickable;
    private final RuledPicks ruled;

    Picks(CudaDevice device, Forms forms, Products products, ProductKernels kernels, Runnable moved) {
        this.device = device;
        this.forms = forms;
        this.kernels = kernels;
        this.candidates = Scratch.undefined(device, "candidates of the head", moved);
        this.unpickable = new Unpickable(device, moved);
        this.ruled = new RuledPicks(device, products, unpickable, moved);
    }

    /** Ids that {@link #pick} leaves out from now on. */
    public void unpickable(int[] tokenIds) {
        unpickable.set(tokenIds);
    }

    /** One token for each row of h {@code [count, hidden]}; NONE where there is no row. */
    public void pick(
            CudaIds picks,
            PickedLogProbs logProbs,
            CudaTensor h,
            CudaLinear head,
            CudaIds rowNumbers,
            StepRows rows,
            List<PickRule> rules) {
        if (rules.isEmpty()) {
            return;
        }
        StepBlock block = block(rowNumbers, rows, rules);
        if (block.hasRules()) {
            ruled.pick(new RuledPicks.Pick(picks, logProbs, h, head, rowNumbers, rules), block);
        } else {
            pick(picks, h, head, rowNumbers, rules.size(), block);
        }
    }

    /** The step block with all that the rows are picked by. */
    private StepBlock block(CudaIds rowNumbers, StepRows rows, List<PickRule> rules) {
        StepBlock block = device.block();
        if (block.hasStep(rows)) {
            return block;
        }
        return rules.stream().allMatch(PickRule::isPlain)
                ? pickings(device.ids().read(rowNumbers, rules.size(), device.staging()), rows, rules)
                        .map(pickings -> block.withPickings(rows, pickings))
                        .orElseGet(() -> block.withRules(rows, StepRules.of(rules)))
                : block.withRules(rows, StepRules.of(rules));
    }

    /** How each sequence picks; empty where the rows of one pick differently. */
    private static Optional<List<Picking>> pickings(int[] numbers, StepRows rows, List<PickRule> rules) {
        Map<Integer, Picking> pickings = new HashMap<>();
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != Ids.NONE) {
                Picking picking = rules.get(i).picking();
                Picking other = pickings.putIfAbsent(rows.sequence(numbers[i]), picking);
                if (other != null && !other.equals(picking)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(IntStream.range(0, rows.numSequences())
                .mapToObj(sequence -> pickings.getOrDefault(sequence, Picking.GREEDY))
                .toList());
    }

    private void pick(CudaIds picks, CudaTensor h, CudaLinear head, CudaIds rowNumbers, int count, StepBlock block) {
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
                unpickable.bits(matrix),
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
                picks.address(),
                best,
                rowNumbers.address(),
                launch.candidates());
    }

    /** Row numbers that get the head first. */
    public void verifyRows(CudaIds numbers, StepInputs inputs) {
        if (inputs.numPicks() > 0) {
            StepBlock block = device.block().withPickRows(inputs);
            device.ids().changed();
            device.context()
                    .copyOnDevice(numbers.address(), block.pickRows(), (long) inputs.numPicks() * Integer.BYTES);
        }
    }

    /** Rows of the masks that verify rows are mixed with. */
    public void mixedRows(CudaIds numbers, StepInputs inputs) {
        if (inputs.numPicks() > 0) {
            StepBlock block = device.block().withPickRows(inputs);
            device.ids().changed();
            device.launch(
                    "mixed_rows",
                    Grid.of((inputs.numPicks() + MIX_THREADS - 1) / MIX_THREADS, MIX_THREADS),
                    numbers.address(),
                    block.pickRows(),
                    block.rows(),
                    block.sequences(),
                    block.groups(),
                    inputs.numPicks());
        }
    }

    /** {@code y[i] = beta · y[i] + (1 - beta) · x[i]} where there is a mask. */
    public void mix(CudaTensor y, CudaTensor x, CudaIds mixedRows, StepInputs inputs) {
        if (inputs.numPicks() > 0) {
            StepBlock block = device.block().withPickRows(inputs);
            device.launch(
                    "mix_f32",
                    Grid.of(inputs.numPicks(), MIX_THREADS),
                    forms.floats(y, inputs.numPicks()),
                    forms.floats(x, inputs.numPicks()),
                    mixedRows.address(),
                    block.rows(),
                    block.sequences(),
                    y.columns());
            y.written(false);
        }
    }

    /** Kept counts, and the rows of the masks that draft behind them. */
    public void accept(CudaIds kept, CudaIds draftRows, CudaIds picks, StepRows rows, List<VerifyPlan> plans) {
        StepBlock block = device.block().withPlans(rows, plans);
        device.launch(
                "accept_drafts",
                Grid.of(plans.size(), ACCEPT_THREADS),
                kept.address(),
                draftRows.address(),
                picks.address(),
                block.rows(),
                block.sequences(),
                block.groups());
    }
}
