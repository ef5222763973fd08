package dev.tidar.schedule;

import dev.tidar.api.EngineBusyException;
import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.Limits;
import dev.tidar.api.TidarException;
import dev.tidar.decode.Decoder;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.Sequence;
import dev.tidar.decode.StepLayout;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.kvcache.KvCache;
import dev.tidar.schedule.StepPlan.Turn;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.StepResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Decides who runs in the next engine step, and takes over its result: plan, run, apply. All running sequences decode
 * in one forward, each with the rows of its own layout, and prompts are computed in chunks beside them.
 *
 * <p>Who came first is served first: requests are admitted in order, and where blocks run short the youngest gives its
 * own back and waits again. So the oldest always goes on, and every request ends. Confined to the engine thread.
 */
final class Scheduler {

    /** Prompt rows of a forward at least, so that a prompt goes on however many others decode. */
    private static final int MIN_PROMPT_ROWS = 8;

    private final Engine engine;
    private final Decoder decoder;
    private final KvCache kv;
    private final Limits limits;
    private final RequestQueue waiting;
    private final WaitEstimate waits;
    /** In the order in which they came; other threads may read it. */
    private final List<ScheduledSequence> running;

    private final Admissions admissions;

    /** @param running where it keeps who runs; a list that any thread may read */
    Scheduler(
            Engine engine,
            Limits limits,
            RequestQueue waiting,
            CopyOnWriteArrayList<ScheduledSequence> running,
            WaitEstimate waits) {
        this.engine = engine;
        this.decoder = engine.decoder();
        this.kv = engine.kvCache();
        this.limits = limits;
        this.waiting = waiting;
        this.running = running;
        this.waits = waits;
        this.admissions = new Admissions(kv, limits.maxRunning(), waiting, running);
    }

    /** Ends what is due, admits who may run, and gives each its rows and the blocks for them. */
    StepPlan plan() {
        endDue();
        admissions.admitWaiting();
        int promptRows = promptRows();
        shareLayouts(Math.min(promptRows, owedRows()));
        return planSteps(promptRows);
    }

    private void shareLayouts(int promptRows) {
        List<LayoutChoice> beginning = new ArrayList<>();
        List<StepLayout> underWay = new ArrayList<>();
        for (ScheduledSequence s : running) {
            if (s.sequence().owed() > Math.max(1, promptRows)) {
                continue; // its prompt does not end in this forward
            }
            if (s.sequence().isBetweenSteps()) {
                beginning.add(s.sequence().layouts());
            } else {
                underWay.add(s.sequence().layout());
            }
        }
        engine.layouts().share(beginning, underWay, promptRows);
    }

    /** Runs the forward of a plan. */
    StepResult run(StepPlan plan) {
        return decoder.run(
                plan.turns().stream().map(t -> t.sequence().sequence()).toList(),
                plan.turns().stream().map(Turn::step).toList());
    }

    /**
     * Lets each sequence take over its part, passes on what was emitted, and ends who is through.
     *
     * @param nanos time of the forward
     */
    void apply(StepPlan plan, StepResult result, long nanos) {
        List<StepLayout> decoded = plan.turns().stream()
                .filter(turn -> !turn.prompt())
                .map(turn -> turn.sequence().sequence().layout())
                .toList();
        engine.layouts().observe(decoded, plan.promptRows(), nanos);
        for (int i = 0; i < plan.turns().size(); i++) {
            apply(plan.turns().get(i), result.sequences().get(i));
        }
    }

    private void apply(Turn turn, StepResult.ForSequence result) {
        ScheduledSequence s = turn.sequence();
        if (!result.isFinite()) {
            fail(
                    s,
                    new GenerationFailedException(
                            "the model gave no finite score after position %d; its weights or their format are unfit"
                                    .formatted(turn.step().position()),
                            null));
            return;
        }
        s.emit(decoder.apply(s.sequence(), turn.step(), result));
        s.sequence().finish().ifPresent(reason -> finish(s, reason));
    }

    // who runs

    private void endDue() {
        for (ScheduledSequence s : waiting.removeIf(s -> s.isCancelled() || isOverdue(s))) {
            endWaiting(s);
        }
        for (ScheduledSequence s : running) {
            if (s.isCancelled()) {
                finish(s, FinishReason.CANCELLED);
            } else if (isOverdue(s)) {
                finish(s, FinishReason.DEADLINE);
            }
        }
    }

    private boolean isOverdue(ScheduledSequence s) {
        boolean late = s.timeout().map(time -> s.ageNanos() > time.toNanos()).orElse(false);
        return late || !s.hasRun() && s.ageNanos() > limits.maxQueueWait().toNanos();
    }

    private void endWaiting(ScheduledSequence s) {
        if (s.isCancelled()) {
            s.finish(FinishReason.CANCELLED);
        } else if (s.hasRun()) {
            s.finish(FinishReason.DEADLINE);
        } else {
            s.fail(new EngineBusyException(
                    "the request waited for %d ms, which is its limit, while %d ran and %d waited; try again later"
                            .formatted(Duration.ofNanos(s.ageNanos()).toMillis(), running.size(), waiting.size()),
                    waits.after(waiting.size())));
        }
    }

    // with which rows

    /** Owed rows of the next forward: a full chunk, or as many as do not keep others waiting for too long. */
    private int promptRows() {
        int decoding = (int) decoding().count();
        if (decoding == 0) {
            return limits.prefillChunk();
        }
        double spare =
                (double) limits.maxStep().toNanos() - engine.layouts().times().nanos(decoding);
        int rows = (int) (spare / engine.layouts().times().promptRowNanos());
        return Math.min(limits.prefillChunk(), Math.max(MIN_PROMPT_ROWS, rows));
    }

    private int owedRows() {
        return running.stream()
                .map(ScheduledSequence::sequence)
                .filter(Sequence::owesPrompt)
                .mapToInt(Sequence::owed)
                .sum();
    }

    private StepPlan planSteps(int promptRows) {
        PrefillShares shares = new PrefillShares(running, promptRows);
        RowBudget budget = new RowBudget(engine.layoutRows(), (int) decoding().count());
        List<Turn> turns = new ArrayList<>();
        for (ScheduledSequence s : running) {
            if (!running.contains(s)) {
                continue; // preempted for an older one
            }
            Optional<Turn> turn = s.sequence().owesPrompt() ? promptTurn(s, shares.rows(s)) : decodeTurn(s, budget);
            turn.ifPresent(turns::add);
        }
        return new StepPlan(turns);
    }

    private Stream<ScheduledSequence> decoding() {
        return running.stream().filter(s -> !s.sequence().owesPrompt());
    }

    private Optional<Turn> promptTurn(ScheduledSequence s, int rows) {
        return rows == 0
                ? Optional.empty()
                : reserved(s, decoder.plan(s.sequence(), rows)).map(step -> new Turn(s, step, true));
    }

    /** All rows of its layout, or the anchor's alone where rows or blocks are short. */
    private Optional<Turn> decodeTurn(ScheduledSequence s, RowBudget budget) {
        SequenceStep step = decoder.plan(s.sequence(), 1);
        if (budget.has(step.rows()) && s.sequence().blocks().reserve(step.end())) {
            budget.take(step.rows());
            return Optional.of(new Turn(s, step, false));
        }
        return reserved(s, decoder.planAlone(s.sequence())).map(alone -> new Turn(s, alone, false));
    }

    /** Rows that decoding sequences may have in a forward; each has one in any case. */
    private static final class RowBudget {
        private int extra;

        RowBudget(int rows, int sequences) {
            this.extra = rows - sequences;
        }

        boolean has(int rows) {
            return rows - 1 <= extra;
        }

        void take(int rows) {
            extra -= rows - 1;
        }
    }

    /** The step with blocks for its rows, at the cost of younger ones if need be; empty if there were none left. */
    private Optional<SequenceStep> reserved(ScheduledSequence s, SequenceStep step) {
        BlockTable blocks = s.sequence().blocks();
        boolean possible = blocks.reserve(step.end());
        while (!possible && running.size() > 1) {
            if (preemptYoungest() == s) {
                return Optional.empty();
            }
            possible = blocks.reserve(step.end());
        }
        if (!possible) {
            fail(s, noRoom(step.end()));
        }
        return possible ? Optional.of(step) : Optional.empty();
    }

    private ScheduledSequence preemptYoungest() {
        ScheduledSequence youngest = running.remove(running.size() - 1);
        youngest.preempt();
        waiting.returnFirst(youngest);
        return youngest;
    }

    private GenerationFailedException noRoom(int tokens) {
        return new GenerationFailedException(
                "the KV cache has no room for %d tokens: that takes %d blocks, but there are %d"
                        .formatted(tokens, kv.blocksFor(tokens), kv.pool().blocks()),
                null);
    }

    // how it ends

    /** Fails every running sequence, after a forward that threw. */
    void failRunning(TidarException failure) {
        running.forEach(s -> fail(s, failure));
    }

    private void finish(ScheduledSequence s, FinishReason reason) {
        leave(s);
        s.finish(reason);
    }

    private void fail(ScheduledSequence s, TidarException failure) {
        leave(s);
        s.fail(failure);
    }

    /** Its blocks are free before its caller hears of the end. */
    private void leave(ScheduledSequence s) {
        running.remove(s);
        s.release();
        waits.observe(s.runNanos());
    }
}
