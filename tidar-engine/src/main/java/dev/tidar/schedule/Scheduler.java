package dev.tidar.schedule;

import dev.tidar.api.Durations;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.Limits;
import dev.tidar.api.TidarException;
import dev.tidar.auto.AdaptiveLayouts;
import dev.tidar.decode.Decoder;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.RunningSequence;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.Turn;
import dev.tidar.delivery.LogLimit;
import dev.tidar.draft.DraftPass;
import dev.tidar.draft.DraftWish;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.kvcache.KvCache;
import dev.tidar.schedule.StepPlan.Scheduled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Decides which sequences run in the next step, and records the results of the step. All running sequences decode in
 * one forward, each with the rows of its own layout, and prompts are computed in chunks beside them.
 *
 * <p>Requests are served in the order of their arrival. They are admitted in this order, and where blocks run short the
 * youngest is preempted: it gives its blocks back and waits again. So the oldest request always makes progress, and
 * every request ends.
 *
 * <p>Confined to the engine thread.
 */
final class Scheduler {

    /** The smallest number of prefill rows of a step, so that a prompt makes progress however many sequences decode. */
    private static final int MIN_PREFILL_ROWS = 8;

    private final Decoder decoder;
    private final AdaptiveLayouts layouts;
    private final int prefillChunk;
    private final int layoutRows;
    private final KvCache kv;
    private final Limits limits;
    private final RequestQueue waiting;
    /** The running requests in the order of their arrival; other threads may read the list. */
    private final List<ScheduledSequence> running;

    private final Admissions admissions;
    private final Endings endings;

    /**
     * @param running the list that it keeps the running requests in; any thread may read it
     * @param faults limits the lines about requests that fail in a plan
     */
    Scheduler(
            Engine engine,
            Decoder decoder,
            Limits limits,
            RequestQueue waiting,
            CopyOnWriteArrayList<ScheduledSequence> running,
            WaitEstimate waits,
            LogLimit faults) {
        this.decoder = decoder;
        this.layouts = engine.layouts();
        this.prefillChunk = engine.prefillChunk();
        this.layoutRows = engine.layoutRows();
        this.kv = engine.kvCache();
        this.limits = limits;
        this.waiting = waiting;
        this.running = running;
        this.admissions = new Admissions(engine, limits.maxRunning(), waiting, running);
        this.endings = new Endings(limits, waiting, running, waits, faults);
    }

    /**
     * Ends the requests that are due, admits the requests that may run, and chooses the layouts of the next step.
     *
     * @return the number of prefill rows that the step may have
     */
    int prepare() {
        endings.endDue();
        admissions.admitWaiting();
        int rows = prefillRows();
        chooseLayouts(Math.min(rows, uncomputedRows()));
        return rows;
    }

    /** What the sequences want of the draft model before the step is planned. */
    List<DraftWish> draftWishes() {
        List<DraftWish> wishes = new ArrayList<>();
        for (ScheduledSequence s : running) {
            endings.attempt(s, () -> decoder.draftWish(s.runningSequence()).ifPresent(wishes::add));
        }
        return wishes;
    }

    /** Records what the draft model took. */
    void drafted(List<DraftPass> passes) {
        layouts.observeDrafting(passes);
    }

    /**
     * Passes on the tokens that a step emitted, and ends the requests that are complete.
     *
     * @param nanos time of the step
     */
    void complete(StepPlan plan, long nanos) {
        List<Turn> decoded =
                plan.turns().stream().filter(turn -> !turn.isPrefill()).toList();
        layouts.observe(
                decoded.stream().map(Turn::timedAs).toList(),
                decoded.stream().mapToInt(Turn::rowsBeyondLayout).sum(),
                plan.prefillRows(),
                nanos);
        for (Scheduled scheduled : plan.scheduled()) {
            endings.attempt(scheduled.request(), () -> complete(scheduled.request(), scheduled.turn()));
        }
    }

    private void complete(ScheduledSequence s, Turn turn) {
        Optional<GenerationFailedException> failure = s.runningSequence().failure();
        if (failure.isPresent()) {
            endings.fail(s, failure.get());
            return;
        }
        s.deliver(turn);
        s.runningSequence().finish().ifPresent(reason -> endings.finish(s, reason));
    }

    /** Fails every running request, after a forward that threw. */
    void failRunning(TidarException failure) {
        endings.failRunning(failure);
    }

    /** The requests that run, as they change. */
    List<ScheduledSequence> running() {
        return running;
    }

    // the rows of a step

    /**
     * The number of prefill rows of the next step: a full chunk, or fewer where other sequences decode and would wait
     * too long for it.
     */
    private int prefillRows() {
        int decoding = (int) decoding().count();
        if (decoding == 0) {
            return prefillChunk;
        }
        double spare =
                (double) Durations.nanos(limits.maxStep()) - layouts.times().nanos(decoding);
        int rows = (int) (spare / layouts.times().promptRowNanos());
        return Math.min(prefillChunk, Math.max(MIN_PREFILL_ROWS, rows));
    }

    private int uncomputedRows() {
        return running.stream()
                .filter(ScheduledSequence::needsPrefill)
                .mapToInt(ScheduledSequence::uncomputed)
                .sum();
    }

    private Stream<ScheduledSequence> decoding() {
        return running.stream().filter(s -> !s.needsPrefill());
    }

    /** Lets auto choose the layouts of the sequences that begin a step in this forward. */
    private void chooseLayouts(int prefillRows) {
        List<LayoutChoice> beginning = new ArrayList<>();
        List<StepLayout> underWay = new ArrayList<>();
        for (ScheduledSequence s : running) {
            if (s.uncomputed() > Math.max(1, prefillRows)) {
                continue; // its prompt does not end in this forward
            }
            RunningSequence sequence = s.runningSequence();
            if (sequence.isBetweenSteps()) {
                beginning.add(sequence.layouts());
            } else {
                underWay.add(sequence.layout());
            }
        }
        layouts.share(beginning, underWay, prefillRows);
    }

    /**
     * Gives each running sequence its rows and the blocks for them, once the step is prepared, the oldest sequence
     * first. Where blocks run short, the youngest sequence that is not planned yet is preempted.
     *
     * @param prefillRows what {@link #prepare} returned
     */
    StepPlan plan(int prefillRows) {
        PrefillShares shares = new PrefillShares(running, prefillRows);
        RowBudget budget = new RowBudget(layoutRows, (int) decoding().count());
        Deque<ScheduledSequence> unplanned = new ArrayDeque<>(running);
        List<Scheduled> scheduled = new ArrayList<>();
        while (!unplanned.isEmpty()) {
            ScheduledSequence s = unplanned.removeFirst();
            endings.attempt(s, () -> {
                Optional<Turn> turn =
                        s.needsPrefill() ? prefillTurn(s, shares.rows(s), unplanned) : decodeTurn(s, budget, unplanned);
                turn.ifPresent(t -> scheduled.add(new Scheduled(s, t)));
            });
        }
        return new StepPlan(scheduled);
    }

    private Optional<Turn> prefillTurn(ScheduledSequence s, int rows, Deque<ScheduledSequence> unplanned) {
        return rows == 0
                ? Optional.empty()
                : decoder.plan(s.runningSequence(), rows).flatMap(turn -> reserve(s, turn, unplanned));
    }

    /**
     * A decode turn with all rows of the sequence's layout, or with the anchor's row alone where rows or blocks run
     * short; none while the work for its constraint is not done.
     */
    private Optional<Turn> decodeTurn(ScheduledSequence s, RowBudget budget, Deque<ScheduledSequence> unplanned) {
        Optional<Turn> turn = decoder.plan(s.runningSequence(), 1);
        if (turn.isEmpty()) {
            return turn;
        }
        int rows = turn.get().rows().rows();
        if (budget.has(rows) && s.runningSequence().blocks().reserve(turn.get().end())) {
            budget.take(rows);
            return turn;
        }
        return decoder.planAnchorOnly(s.runningSequence()).flatMap(anchor -> reserve(s, anchor, unplanned));
    }

    /** The rows that decoding sequences may have in a step; each sequence has at least one. */
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

    /**
     * Reserves the blocks for a turn's rows and preempts younger sequences for them if needed; empty if there were too
     * few.
     */
    private Optional<Turn> reserve(ScheduledSequence s, Turn turn, Deque<ScheduledSequence> younger) {
        BlockTable blocks = s.runningSequence().blocks();
        while (!blocks.reserve(turn.end())) {
            if (!younger.isEmpty()) {
                preempt(younger.removeLast());
            } else if (running.size() > 1) {
                preempt(s);
                return Optional.empty();
            } else {
                endings.fail(s, noRoom(turn.end()));
                return Optional.empty();
            }
        }
        return Optional.of(turn);
    }

    private void preempt(ScheduledSequence youngest) {
        running.remove(youngest);
        youngest.preempt();
        waiting.returnFirst(youngest);
    }

    private GenerationFailedException noRoom(int tokens) {
        return new GenerationFailedException(
                "the KV cache has no room for %d tokens: that takes %d blocks, but there are %d"
                        .formatted(tokens, kv.blocksFor(tokens), kv.pool().blocks()),
                null);
    }
}
