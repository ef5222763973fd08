package dev.tidar.backend.cuda;

import dev.tidar.sampling.RowSampling;
import dev.tidar.tensor.SampledLogProbs;
import java.util.List;

/**
 * Head and sample where temperature and seed are not all there is to a sample: the head writes logits to memory, some
 * rows at a time, and each row is sampled by its own rule. Rows without one get the same sample as {@link HeadSampler}
 * gives them.
 *
 * <p>Confined to the engine thread.
 */
final class RuledSampling {

    /** Rows whose logits exist at a time. */
    private static final int ROWS = 64;

    private static final int THREADS = 512;

    /** As the header of {@code sample_ruled.cu} has it. */
    private static final int SHARED_BYTES = 1 << 16;

    private final CudaDevice device;
    private final Products products;
    private final BannedTokens ban;
    private final Scratch logits;
    private final Scratch scores;
    private final Scratch ids;

    RuledSampling(CudaDevice device, Products products, BannedTokens ban, Runnable moved) {
        this.device = device;
        this.products = products;
        this.ban = ban;
        this.logits = Scratch.undefined(device, "logits of picks", moved);
        this.scores = Scratch.undefined(device, "scores of picks", moved);
        this.ids = Scratch.undefined(device, "candidates of picks", moved);
    }

    /**
     * One sample.
     *
     * @param sampled one for each row; NONE where there is no row
     * @param logProbs those of the rows whose rule asks
     * @param h {@code [rules, hidden]}
     * @param rowNumbers where each row of h stands in the step
     */
    record Sample(
            CudaIds sampled,
            SampledLogProbs logProbs,
            CudaTensor h,
            CudaLinear head,
            CudaIds rowNumbers,
            List<RowSampling> rules) {

        boolean asksLogProbs() {
            return rules.stream().anyMatch(rule -> rule.logProbs().isPresent());
        }
    }

    /** Queues a sample by the rules that the block has. */
    void sample(Sample sample, StepBlock block) {
        for (int first = 0; first < sample.rules().size(); first += ROWS) {
            int count = Math.min(ROWS, sample.rules().size() - first);
            long cells = (long) count * sample.head().outputs();
            long raw = logits.reserve(cells * Float.BYTES);
            products.scores(raw, sample.h(), sample.head(), first, count);
            boolean asks = sample.asksLogProbs();
            sampleRows(sample, block, first, count, asks ? scores.reserve(cells * Float.BYTES) : raw);
            if (asks) {
                tell(sample, block, first, count);
            }
        }
    }

    /** @param changed where the scores are changed by the rules; the logits themselves if nobody reads them again */
    private void sampleRows(Sample sample, StepBlock block, int first, int count, long changed) {
        int vocabSize = sample.head().outputs();
        long from = (long) first * Integer.BYTES;
        device.launch(
                "pick_ruled",
                Grid.of(count, THREADS).withShared(SHARED_BYTES),
                sample.sampled().address() + from,
                changed,
                ids.reserve((long) count * vocabSize * Integer.BYTES),
                logits.reserve((long) count * vocabSize * Float.BYTES),
                block.rules(sample.rules()) + (long) first * StepRules.RULE_BYTES,
                block.rules(),
                ban.bits(sample.head().matrix()),
                sample.rowNumbers().address() + from,
                block.rows(),
                vocabSize);
    }

    private void tell(Sample sample, StepBlock block, int first, int count) {
        int vocabSize = sample.head().outputs();
        int max = sample.logProbs().max();
        CudaTensor values = (CudaTensor) sample.logProbs().values();
        CudaIds told = (CudaIds) sample.logProbs().ids();
        long from = (long) first * Integer.BYTES;
        device.launch(
                "log_probs",
                Grid.of(count, THREADS),
                values.floats() + from * (1 + max),
                told.address() + from * max,
                logits.reserve((long) count * vocabSize * Float.BYTES),
                sample.sampled().address() + from,
                block.rules(sample.rules()) + (long) first * StepRules.RULE_BYTES,
                ban.bits(sample.head().matrix()),
                sample.rowNumbers().address() + from,
                max,
                vocabSize);
        values.written(false);
    }
}
