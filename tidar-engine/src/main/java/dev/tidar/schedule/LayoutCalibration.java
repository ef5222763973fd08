package dev.tidar.schedule;

import dev.tidar.api.InvalidModelException;
import dev.tidar.decode.AdaptiveLayouts.Measured;
import dev.tidar.decode.Decoder;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.Sequence;
import dev.tidar.decode.SequenceStep;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.StopRule;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.model.StepResult;
import dev.tidar.sampling.Picking;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Measures what a decode step of each layout costs on this device, by decoding a few steps behind a short prompt
 * without meaning.
 */
public final class LayoutCalibration {

    private static final int PROMPT_TOKENS = 16;
    private static final int MAX_STEPS = 32;

    private final Decoder decoder;
    private final BlockPool pool;
    private final int blockTokens;
    private final int contextLength;
    private final LongSupplier nanoTime;

    /**
     * @param contextLength tokens that a sequence may have
     * @param nanoTime a monotonic clock
     */
    public LayoutCalibration(
            Decoder decoder, BlockPool pool, int blockTokens, int contextLength, LongSupplier nanoTime) {
        this.decoder = decoder;
        this.pool = pool;
        this.blockTokens = blockTokens;
        this.contextLength = contextLength;
        this.nanoTime = nanoTime;
    }

    /**
     * The time of one decode step: the lower quartile of several, because what disturbs a step only makes it longer.
     *
     * @param promptToken fills the prompt; any id but the mask
     * @param budgetNanos no further step is begun after it, once there is one
     * @throws InvalidModelException if the model gives no finite scores
     */
    public Measured measure(StepLayout layout, int promptToken, long budgetNanos) {
        int prompt = Math.min(PROMPT_TOKENS, Math.max(1, contextLength / 4));
        StopRule stop = new StopRule(Set.of(), List.of(), Integer.MAX_VALUE, contextLength);
        BlockTable blocks = new BlockTable(pool, blockTokens);
        try (Sequence sequence = new Sequence(
                Collections.nCopies(prompt, promptToken),
                Picking.GREEDY,
                stop,
                Optional.empty(),
                LayoutChoice.fixed(layout),
                blocks)) {
            long[] times = new long[MAX_STEPS];
            int steps = 0;
            while (sequence.isPrefilling()) {
                forward(sequence);
            }
            long begin = nanoTime.getAsLong();
            while (steps < MAX_STEPS
                    && sequence.finish().isEmpty()
                    && (steps == 0 || nanoTime.getAsLong() - begin < budgetNanos)) {
                times[steps++] = step(sequence);
            }
            Arrays.sort(times, 0, steps);
            return new Measured(layout, Math.max(1, times[steps / 4]));
        }
    }

    /** Time of one decode step, both passes where it has two. */
    private long step(Sequence sequence) {
        long begin = nanoTime.getAsLong();
        int steps = sequence.stats().steps();
        while (sequence.stats().steps() == steps) {
            forward(sequence);
        }
        return nanoTime.getAsLong() - begin;
    }

    private void forward(Sequence sequence) {
        SequenceStep step = decoder.plan(sequence);
        if (!sequence.blocks().reserve(step.end())) {
            throw new IllegalStateException("calibration needs %d positions".formatted(step.end()));
        }
        StepResult.ForSequence result =
                decoder.run(List.of(sequence), List.of(step)).sequences().get(0);
        if (!result.isFinite()) {
            throw new InvalidModelException(
                    InvalidModelException.Fault.CORRUPT,
                    "the model gives no finite scores: its weights hold NaN or infinity, or do not fit their format");
        }
        decoder.apply(sequence, step, result, 0);
    }
}
