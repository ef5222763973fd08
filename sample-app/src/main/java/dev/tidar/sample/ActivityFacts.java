package dev.tidar.sample;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.StepTotals;
import dev.tidar.api.StepTotals.OfPosition;
import java.util.List;

/**
 * Answer of {@code GET /api/activity}: what the dashboard draws. Counts go up from the load of the model on, so that
 * the difference of two answers says what happened between them.
 *
 * @param atMillis when it was, in milliseconds of a clock of which only differences mean anything
 * @param requests requests that have ended
 * @param tokens emitted tokens
 * @param decoded decode forwards and the tokens that they emitted
 * @param steps engine steps by what their rows are for
 * @param drafts drafts by their position after the anchor, up to the last that was verified
 * @param prompts tokens of all prompts whose prefill began
 * @param kv memory for keys and values
 * @param layout what mode auto chooses, and why
 * @param passTimes time of a forward by its decode rows, as the engine knows it now
 */
record ActivityFacts(
        long atMillis,
        EngineState state,
        int queued,
        int running,
        Requests requests,
        long tokens,
        StepTotals.Decoded decoded,
        List<Steps> steps,
        List<OfPosition> drafts,
        Prompts prompts,
        Kv kv,
        Layout layout,
        EngineStatus.PassTimes passTimes) {

    /** Requests by how they ended. */
    record Requests(long finished, long cancelled, long failed, long rejected) {}

    /**
     * The engine steps of one kind.
     *
     * @param kind {@code prefill}, {@code autoregressive}, {@code two-pass}, {@code single-pass}, {@code draft-model}
     *     or {@code mixed}
     * @param millis what they took together
     */
    record Steps(String kind, long steps, double millis) {}

    /** @param cached part of the tokens that was found in the prefix cache */
    record Prompts(long tokens, long cached) {}

    /**
     * Memory for keys and values.
     *
     * @param cachedBytes kept for prompts that begin alike, until others need it
     */
    record Kv(long bytes, long freeBytes, long cachedBytes) {}

    /** The choice of auto. */
    record Layout(String chosen, String reason) {}

    /** @param status of an engine that is loaded */
    static ActivityFacts of(EngineStatus status, long atMillis) {
        EngineStatus.Totals totals = status.totals();
        StepTotals steps = status.activity().steps();
        EngineStatus.LayoutReport layout = status.layout();
        return new ActivityFacts(
                atMillis,
                status.state(),
                status.queued(),
                status.running(),
                new Requests(totals.finished(), totals.cancelled(), totals.failed(), totals.rejected()),
                totals.tokens(),
                steps.decoded(),
                steps.kinds().stream()
                        .map(of -> new Steps(
                                Words.of(of.kind()), of.steps(), of.time().toNanos() / 1e6))
                        .toList(),
                verified(steps.drafts()),
                new Prompts(totals.promptTokens(), totals.cachedTokens()),
                new Kv(status.kv().bytes(), status.kv().freeBytes(), status.kv().cachedBytes()),
                new Layout(layout.chosen(), layout.reason()),
                layout.passTimes());
    }

    private static List<OfPosition> verified(List<OfPosition> positions) {
        int count = positions.size();
        while (count > 0 && positions.get(count - 1).verified() == 0) {
            count--;
        }
        return positions.subList(0, count);
    }
}
