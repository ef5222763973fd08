package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.memory.CudaIds;
import dev.tidar.backend.cuda.memory.CudaLinear;
import dev.tidar.backend.cuda.memory.CudaTensor;
import dev.tidar.backend.cuda.memory.Scratch;
import dev.tidar.backend.cuda.step.StepBlock;
import dev.tidar.step.Pass;
import dev.tidar.step.SampledLogProbs;
import java.util.Optional;

/**
 * Applies the head and samples where rows have sampling parameters besides temperature and seed: the head writes logits
 * to memory, some rows at a time, and each row is sampled by its own parameters. Rows that have only temperature and
 * seed get the same sample as from {@link HeadSampler}.
 *
 * <p>Confined to the engine thread.
 */
final class FilteredSampling {

    /** The number of rows whose logits are in memory at a time. */
    private static final int ROWS = 64;

    private static final int THREADS = 512;

    /** The number of bytes of shared memory that the header of {@code sample_filtered.cu} states. */
    private static final int SHARED_BYTES = 1 << 16;

    private final CudaDevice device;
    private final Products products;
    private final BannedTokens ban;
    private final Scratch logits;
    private final Scratch scores;
    private final Scratch ids;

    FilteredSampling(CudaDevice device, Products products, BannedTokens ban) {
        this.device = device;
        this.products = products;
        this.ban = ban;
        this.logits = Scratch.undefined(device, "logits of samples");
        this.scores = Scratch.undefined(device, "scores of samples");
        this.ids = Scratch.undefined(device, "candidates of samples");
    }

    /** Logits, changed scores and candidates of the rows that are in memory at a time. */
    static long scratchBytes(int numRows, int outputs) {
        return (long) Math.min(ROWS, numRows) * outputs * (2 * Float.BYTES + Integer.BYTES);
    }

    /**
     * The rows of a pass.
     *
     * @param sampled receives one token for each row; NONE where the row number is NONE
     * @param logProbs receives those of the rows that ask for them; empty where no row does
     * @param h {@code [count, hidden]}
     * @param rowNumbers where each row of h stands in the step
     */
    record Rows(
            CudaIds sampled,
            Optional<SampledLogProbs> logProbs,
            CudaTensor h,
            CudaLinear head,
            CudaIds rowNumbers,
            Pass pass,
            int count) {}

    /** Queues the sampling, with the parameters in the step block. */
    void sample(Rows rows, StepBlock block) {
        for (int first = 0; first < rows.count(); first += ROWS) {
            int count = Math.min(ROWS, rows.count() - first);
            long cells = (long) count * rows.head().outputs();
            long raw = logits.reserve(cells * Float.BYTES);
            products.scores(raw, rows.h(), rows.head(), first, count);
            // Without log-probabilities the logits are not read again, so scores may take their place.
            long changed = rows.logProbs().isPresent() ? scores.reserve(cells * Float.BYTES) : raw;
            sampleFrom(raw, changed, rows, block, first, count);
            if (rows.logProbs().isPresent()) {
                reportLogProbs(raw, rows.logProbs().get(), rows, block, first, count);
            }
        }
    }

    private void sampleFrom(long raw, long changed, Rows rows, StepBlock block, int first, int count) {
        int vocabSize = rows.head().outputs();
        long from = (long) first * Integer.BYTES;
        device.launch(
                "sample_filtered",
                Grid.of(count, THREADS).withShared(SHARED_BYTES),
                rows.sampled().address() + from,
                changed,
                ids.reserve((long) count * vocabSize * Integer.BYTES),
                raw,
                block.sampling(rows.pass(), first),
                block.samplingLists(),
                ban.bits(rows.head().matrix()),
                rows.rowNumbers().address() + from,
                block.rows(),
                vocabSize);
    }

    private void reportLogProbs(long raw, SampledLogProbs logProbs, Rows rows, StepBlock block, int first, int count) {
        int max = logProbs.max();
        CudaTensor values = (CudaTensor) logProbs.values();
        CudaIds topIds = (CudaIds) logProbs.ids();
        long from = (long) first * Integer.BYTES;
        device.launch(
                "log_probs",
                Grid.of(count, THREADS),
                values.floats() + from * (1 + max),
                topIds.address() + from * max,
                raw,
                rows.sampled().address() + from,
                block.sampling(rows.pass(), first),
                ban.bits(rows.head().matrix()),
                rows.rowNumbers().address() + from,
                max,
                rows.head().outputs());
        values.written(false);
    }
}
