package dev.tidar.auto;

import dev.tidar.api.InvalidModelException;
import dev.tidar.decode.DecodeRequest;
import dev.tidar.decode.Decoder;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.RunningSequence;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.TokenSink;
import dev.tidar.decode.Turn;
import dev.tidar.kvcache.KvCache;
import dev.tidar.sampling.SamplingParams;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures the cost of forwards on this device, by decoding a few steps after short, meaningless prompts. Confined to
 * the engine thread.
 */
public final class LayoutCalibration {

    private static final int PROMPT_TOKENS = 2;
    private static final int MAX_STEPS = 8;
    private static final int PROMPT_ROWS = 32;

    private final Decoder decoder;
    private final KvCache kv;
    private final int contextLength;
    private final int promptToken;
    private final int prefillChunk;
    private final LongSupplier nanoTime;

    /**
     * @param kv memory that keeps nothing for reuse
     * @param contextLength tokens that a sequence may have
     * @param promptToken fills the prompts; any id but the mask
     * @param prefillChunk the largest number of prompt rows of a forward
     * @param nanoTime a monotonic clock
     */
    public LayoutCalibration(
            Decoder decoder, KvCache kv, int contextLength, int promptToken, int prefillChunk, LongSupplier nanoTime) {
        this.decoder = decoder;
        this.kv = kv;
        this.contextLength = contextLength;
        this.promptToken = promptToken;
        this.prefillChunk = prefillChunk;
        this.nanoTime = nanoTime;
    }

    /** The number of sequences that there are blocks for. */
    public int maxSequences() {
        int tokens = Math.min(contextLength, PROMPT_TOKENS + MAX_STEPS + 2);
        return kv.pool().blocks() / kv.blocksFor(tokens);
    }

    /**
     * The time of one decode step of some sequences together: the shortest of up to {@value MAX_STEPS}, because what
     * disturbs a step, or has something compiled or captured for it, only makes it longer. A step of two passes counts
     * both.
     *
     * @param budgetNanos no further step is begun after it, once a layout that drafts had two
     * @throws InvalidModelException if the model gives no finite scores
     */
    public long measure(StepLayout layout, int sequences, long budgetNanos) {
        List<RunningSequence> batch = new ArrayList<>();
        try {
            for (int i = 0; i < sequences; i++) {
                batch.add(sequence(promptTokens(), layout));
            }
            while (batch.get(0).sequence().awaitsFirstToken()) {
                forward(batch, prefillChunk);
            }
            // only the first step of a layout that drafts has anything compiled for it
            int least = layout.draftLength() > 1 ? 2 : 1;
            return shortest(batch, layout.forwards(), least, budgetNanos);
        } finally {
            batch.forEach(RunningSequence::close);
        }
    }

    private long shortest(List<RunningSequence> batch, int forwards, int least, long budgetNanos) {
        long begin = nanoTime.getAsLong();
        long shortest = Long.MAX_VALUE;
        int steps = 0;
        do {
            shortest = Math.min(shortest, step(batch, forwards));
            steps++;
        } while (steps < MAX_STEPS
                && batch.get(0).finish().isEmpty()
                && (steps < least || nanoTime.getAsLong() - begin < budgetNanos));
        return Math.max(1, shortest);
    }

    private long step(List<RunningSequence> batch, int forwards) {
        long begin = nanoTime.getAsLong();
        for (int pass = 0; pass < forwards && batch.get(0).finish().isEmpty(); pass++) {
            forward(batch, 1);
        }
        return nanoTime.getAsLong() - begin;
    }

    /**
     * The nanoseconds that a prompt row adds to a forward with {@value PROMPT_ROWS} of them, or with as many as a chunk
     * and the context have room for. Of two forwards the faster counts.
     *
     * @param budgetNanos the second is not begun after it
     */
    public double measurePromptRow(long budgetNanos) {
        int fitting = Math.min(Math.min(prefillChunk, PROMPT_ROWS), contextLength - 1);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 2 && (i == 0 || best < budgetNanos); i++) {
            try (RunningSequence sequence = sequence(fitting, StepLayout.AUTOREGRESSIVE)) {
                long begin = nanoTime.getAsLong();
                forward(List.of(sequence), fitting);
                best = Math.min(best, nanoTime.getAsLong() - begin);
            }
        }
        return Math.max(1, best / (double) fitting);
    }

    private int promptTokens() {
        return Math.min(PROMPT_TOKENS, Math.max(1, contextLength / 4));
    }

    private RunningSequence sequence(int promptTokens, StepLayout layout) {
        return new RunningSequence(
                new DecodeRequest(
                        Collections.nCopies(promptTokens, promptToken),
                        SamplingParams.GREEDY,
                        (MAX_STEPS + 1) * layout.draftLength(),
                        contextLength),
                LayoutChoice.fixed(layout),
                kv.table(""),
                TokenSink.NONE);
    }

    private void forward(List<RunningSequence> batch, int promptRows) {
        List<Turn> turns = new ArrayList<>(batch.size());
        for (RunningSequence sequence : batch) {
            Turn turn = decoder.plan(sequence, promptRows).orElseThrow();
            if (!sequence.blocks().reserve(turn.end())) {
                throw new IllegalStateException("calibration needs %d positions".formatted(turn.end()));
            }
            turns.add(turn);
        }
        decoder.step(turns);
        if (batch.stream().anyMatch(s -> s.failure().isPresent())) {
            throw new InvalidModelException(
                    InvalidModelException.Fault.CORRUPT,
                    "the model gives no finite scores: its weights hold NaN or infinity, or do not fit their format");
        }
    }
}
