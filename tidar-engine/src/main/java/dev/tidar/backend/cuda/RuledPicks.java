package dev.tidar.backend.cuda;

import dev.tidar.sampling.PickRule;
import dev.tidar.tensor.PickedLogProbs;
import java.util.List;

/**
 * Head and pick where temperature and seed are not all there is to a pick: the head writes logits to memory, some rows
 * at a time, and each row is picked by its own rule. Rows without one get the same pick as {@link Picks} gives them.
 *
 * <p>Confined to the engine thread.
 */
final class RuledPicks {

    /** Rows whose logits exist at a time. */
    private static final int ROWS = 64;

    private static final int THREADS = 512;

    /** As the header of {@code pick_ruled.cu} has it. */
    private static final int SHARED_BYTES = 1 << 16;

    private final CudaDevice device;
    private final Products products;
    private final Unpickable unpickable;
    private final Scratch logits;
    private final Scratch scores;
    private final Scratch ids;

    RuledPicks(CudaDevice device, Products products, Unpickable unpickable, Runnable moved) {
        this.device = device;
        this.products = products;
        this.unpickable = unpickable;
        this.logits = Scratch.undefined(device, "logits of picks", moved);
        this.scores = Scratch.undefined(device, "scores of picks", moved);
        this.ids = Scratch.undefined(device, "candidates of picks", moved);
    }

    /**
     * One pick.
     *
     * @param picks one for each row; NONE where there is no row
     * @param logProbs those of the rows whose rule asks
     * @param h {@code [rules, hidden]}
     * @param rowNumbers where each row of h stands in the step
     */
    record Pick(
            CudaIds picks,
            PickedLogProbs logProbs,
            CudaTensor h,
            CudaLinear head,
            CudaIds rowNumbers,
            List<PickRule> rules) {

        boolean asksLogProbs() {
            return rules.stream().anyMatch(rule -> rule.logProbs().isPresent());
        }
    }

    /** Queues a pick by the rules that the block has. */
    void pick(Pick pick, StepBlock block) {
        for (int first = 0; first < pick.rules().size(); first += ROWS) {
            int count = Math.min(ROWS, pick.rules().size() - first);
            long cells = (long) count * pick.head().outputs();
            long raw = logits.reserve(cells * Float.BYTES);
            products.scores(raw, pick.h(), pick.head(), first, count);
            boolean asks = pick.asksLogProbs();
            pickRows(pick, block, first, count, asks ? scores.reserve(cells * Float.BYTES) : raw);
            if (asks) {
                tell(pick, block, first, count);
            }
        }
    }

    /** @param changed where the scores are changed by the rules; the logits themselves if nobody reads them again */
    private void pickRows(Pick pick, StepBlock block, int first, int count, long changed) {
        int vocabSize = pick.head().outputs();
        long from = (long) first * Integer.BYTES;
        device.launch(
                "pick_ruled",
                Grid.of(count, THREADS).withShared(SHARED_BYTES),
                pick.picks().address() + from,
                changed,
                ids.reserve((long) count * vocabSize * Integer.BYTES),
                logits.reserve((long) count * vocabSize * Float.BYTES),
                block.rules(pick.rules()) + (long) first * StepRules.RULE_BYTES,
                block.rules(),
                unpickable.bits(pick.head().matrix()),
                pick.rowNumbers().address() + from,
                block.rows(),
                vocabSize);
    }

    private void tell(Pick pick, StepBlock block, int first, int count) {
        int vocabSize = pick.head().outputs();
        int most = pick.logProbs().most();
        CudaTensor values = (CudaTensor) pick.logProbs().values();
        CudaIds told = (CudaIds) pick.logProbs().ids();
        long from = (long) first * Integer.BYTES;
        device.launch(
                "log_probs",
                Grid.of(count, THREADS),
                values.floats() + from * (1 + most),
                told.address() + from * most,
                logits.reserve((long) count * vocabSize * Float.BYTES),
                pick.picks().address() + from,
                block.rules(pick.rules()) + (long) first * StepRules.RULE_BYTES,
                unpickable.bits(pick.head().matrix()),
                pick.rowNumbers().address() + from,
                most,
                vocabSize);
        values.written(false);
    }
}
