package dev.tidar.schedule;

import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.Decoder;
import dev.tidar.decode.SequenceStep;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.model.StepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Decides who runs in the next engine step, and takes over its result: plan, run, apply. Requests run one after the
 * other, in the order in which they came.
 *
 * <p>Confined to the engine thread.
 */
final class Scheduler {

    private static final int MAX_RUNNING = 1;

    private final Decoder decoder;
    private final BlockPool pool;
    private final int blockTokens;
    private final List<ScheduledSequence> running = new ArrayList<>();

    Scheduler(Decoder decoder, BlockPool pool, int blockTokens) {
        this.decoder = decoder;
        this.pool = pool;
        this.blockTokens = blockTokens;
    }

    /**
     * One decision.
     *
     * @param sequences who runs
     * @param steps their rows, in the same order
     */
    record StepPlan(List<ScheduledSequence> sequences, List<SequenceStep> steps) {
        StepPlan {
            sequences = List.copyOf(sequences);
            steps = List.copyOf(steps);
        }
    }

    /** Ends what was cancelled, admits who may run, and reserves room for the rows of each. */
    StepPlan plan(Queue<ScheduledSequence> waiting) {
        endCancelled(waiting);
        while (running.size() < MAX_RUNNING && !waiting.isEmpty()) {
            admit(waiting.remove());
        }
        List<SequenceStep> steps = new ArrayList<>();
        for (ScheduledSequence s : List.copyOf(running)) {
            SequenceStep step = decoder.plan(s.sequence());
            if (s.sequence().blocks().reserve(step.end())) {
                steps.add(step);
            } else {
                running.remove(s);
                s.fail(new GenerationFailedException(
                        "the KV cache has no room for %d tokens: %d of its %d blocks are free"
                                .formatted(step.end(), pool.free(), pool.blocks()),
                        null));
            }
        }
        return new StepPlan(running, steps);
    }

    private void admit(ScheduledSequence next) {
        try {
            next.start(new BlockTable(pool, blockTokens));
            running.add(next);
        } catch (RuntimeException e) {
            next.fail(new GenerationFailedException("the request could not be started: " + e.getMessage(), e));
        }
    }

    /** Runs the forward of a plan. */
    StepResult run(StepPlan plan) {
        return decoder.run(
                plan.sequences().stream().map(ScheduledSequence::sequence).toList(), plan.steps());
    }

    /**
     * Lets each sequence take over its part, passes on what was emitted, and ends who is through.
     *
     * @param nanos time of the forward
     */
    void apply(StepPlan plan, StepResult result, long nanos) {
        for (int i = 0; i < plan.sequences().size(); i++) {
            apply(
                    plan.sequences().get(i),
                    plan.steps().get(i),
                    result.sequences().get(i),
                    nanos);
        }
    }

    private void apply(ScheduledSequence s, SequenceStep step, StepResult.ForSequence result, long nanos) {
        if (!result.isFinite()) {
            end(
                    s,
                    () -> s.fail(new GenerationFailedException(
                            "the model gave no finite score after position %d; its weights or their format are unfit"
                                    .formatted(step.position()),
                            null)));
            return;
        }
        TokenChunk chunk = decoder.apply(s.sequence(), step, result, nanos);
        s.emit(chunk);
        s.sequence().finish().ifPresent(reason -> end(s, () -> s.finish(reason)));
    }

    /** Fails every running sequence, after a forward that threw. */
    void failRunning(TidarException failure) {
        List.copyOf(running).forEach(s -> end(s, () -> s.fail(failure)));
    }

    int numRunning() {
        return running.size();
    }

    private void endCancelled(Queue<ScheduledSequence> waiting) {
        for (ScheduledSequence s : List.copyOf(waiting)) {
            if (s.isCancelled() && waiting.remove(s)) {
                s.finish(FinishReason.CANCELLED);
            }
        }
        for (ScheduledSequence s : List.copyOf(running)) {
            if (s.isCancelled()) {
                end(s, () -> s.finish(FinishReason.CANCELLED));
            }
        }
    }

    private void end(ScheduledSequence s, Runnable how) {
        running.remove(s);
        how.run();
    }
}
