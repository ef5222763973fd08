package dev.tidar.backend.cuda;

import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.PickRule;
import dev.tidar.sampling.StepInputs;
import dev.tidar.sampling.TokenPicker;
import dev.tidar.sampling.VerifyPlan;
import dev.tidar.tensor.PickedLogProbs;
import dev.tidar.tensor.StepRows;
import java.util.List;
import java.util.Optional;

/**
 * Head and pick, accept and choose the next draft. Logits never reach memory: each block of the head keeps the best
 * token of its columns, a second kernel takes the best of these.
 *
 * <p>Confined to the engine thread.
 */
public final class Picks {

    private static final int CANDIDATE_BYTES = 8;
    private static final int BEST_THREADS = 128;
    private static final int ACCEPT_THREADS = 32;

    private final CudaDevice device;
    private final Forms forms;
    private final Products products;
    private final ProductKernels kernels;
    private final Runnable moved;
    private final Scratch candidates;
    private int[] unpickable = {};
    private Optional<Region> mask = Optional.empty();

    Picks(CudaDevice device, Forms forms, Products products, ProductKernels kernels, Runnable moved) {
        this.device = device;
        this.forms = forms;
        this.products = products;
        this.kernels = kernels;
        this.moved = moved;
        this.candidates = Scratch.undefined(device, "candidates of the head", moved);
    }

    /** Ids that {@link #pick} leaves out from now on. */
    public void unpickable(int[] tokenIds) {
        unpickable = tokenIds.clone();
        mask.ifPresent(this::writeMask);
    }

    /**
     * One token for each row of h {@code [count, hidden]}; NONE where there is no row. Rows that are picked by
     * temperature and seed alone are picked by the kernels, all others by {@link TokenPicker} on the host.
     */
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
        boolean inStep = device.block().hasStep(rows);
        boolean plain = rules.stream().allMatch(PickRule::isPlain);
        if (inStep && plain) {
            pick(picks, h, head, rowNumbers, rules.size(), device.block());
            return;
        }
        int[] numbers = device.ids().read(rowNumbers, rules.size(), device.staging());
        HostPicks host = new HostPicks(rows, numbers, rules);
        StepBlock block = inStep ? device.block() : device.block().withPickings(rows, host.pickings());
        pick(picks, h, head, rowNumbers, rules.size(), block);
        if (host.isNeeded()) {
            int[] picked = device.ids().read(picks, rules.size(), device.staging());
            host.pick(picked, logits(h, head, rules.size()), unpickable, (index, row) -> tell(logProbs, index, row));
            device.ids().changed();
            device.staging().ints(picks.address(), picked);
        }
    }

    /** {@code [rows, vocab]} on the host. */
    private float[] logits(CudaTensor h, CudaLinear head, int count) {
        Region scores =
                device.memory().allocate((long) count * head.outputs() * Float.BYTES, "logits of picks on the host");
        try {
            products.scores(scores, h, head, count);
            return device.staging().read(scores.address(), Math.multiplyExact(count, head.outputs()));
        } finally {
            if (!device.context().isLost()) {
                device.memory().free(scores);
            }
        }
    }

    private void tell(PickedLogProbs to, int index, LogProbRow row) {
        CudaTensor values = (CudaTensor) to.values();
        long valuesAt = values.floats() + (long) index * values.columns() * Float.BYTES;
        long idsAt = ((CudaIds) to.ids()).address() + (long) index * to.most() * Integer.BYTES;
        device.staging().floats(valuesAt, row.values());
        device.staging().ints(idsAt, row.ids());
        values.written(false);
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
                mask(matrix.paddedRows()),
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

    /** A bit for each id that the head has a column for. */
    private long mask(int ids) {
        long bytes = (long) ids / Byte.SIZE;
        if (mask.isEmpty() || mask.get().bytes() < bytes) {
            Region larger = device.memory().allocate(bytes, "unpickable ids");
            mask.ifPresent(smaller -> {
                device.context().synchronize();
                moved.run();
                device.memory().free(smaller);
            });
            mask = Optional.of(larger);
            writeMask(larger);
        }
        return mask.get().address();
    }

    private void writeMask(Region region) {
        int[] words = new int[(int) (region.bytes() / Integer.BYTES)];
        for (int id : unpickable) {
            if (id / Integer.SIZE < words.length) {
                words[id / Integer.SIZE] |= 1 << id % Integer.SIZE;
            }
        }
        device.staging().ints(region.address(), words);
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
