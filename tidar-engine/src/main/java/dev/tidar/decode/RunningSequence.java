package dev.tidar.decode;

import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.decode.Constraint.Allowed;
import dev.tidar.decode.DraftSource.Drafts;
import dev.tidar.draft.DraftWish;
import dev.tidar.draft.DraftedSequence;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.StepResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A sequence while it is decoded, with what its steps need besides its tokens: how its rows are sampled, what
 * constrains them, where its drafts come from, which layout its steps have, and who receives its tokens.
 *
 * <p>Confined to the engine thread.
 */
public final class RunningSequence implements AutoCloseable {

    private final Sequence sequence;
    private final SequenceSampling sampling;
    private final SequenceDrafts drafts;
    private final LayoutChoice layouts;
    private final TokenSink sink;
    private final int maxTokens;
    private final int contextLength;
    private final DecodeStats stats = new DecodeStats();
    private final NextTurn nextTurn = new NextTurn();

    private Constraint constraint;
    private StepLayout layout = StepLayout.AUTOREGRESSIVE;
    private boolean betweenSteps = true;

    private Optional<GenerationFailedException> failure = Optional.empty();
    private Optional<FinishReason> finish = Optional.empty();

    /** A sequence at its start, without a draft model. */
    public RunningSequence(DecodeRequest request, LayoutChoice layouts, BlockTable blocks, TokenSink sink) {
        this(request, layouts, blocks, sink, Optional.empty());
    }

    /**
     * A sequence at its start.
     *
     * @param layouts chooses the layout of each step
     * @param blocks its KV memory, an empty table
     * @param sink receives its tokens
     * @param drafted what the draft model knows of it, which is nothing yet; empty where there is none
     */
    public RunningSequence(
            DecodeRequest request,
            LayoutChoice layouts,
            BlockTable blocks,
            TokenSink sink,
            Optional<DraftedSequence> drafted) {
        this.sequence = new Sequence(request.prompt(), blocks);
        this.sampling = new SequenceSampling(request.params(), request.prompt());
        this.constraint = request.constraint();
        this.drafts = new SequenceDrafts(layouts, drafted);
        this.layouts = layouts;
        this.sink = sink;
        this.maxTokens = request.maxTokens();
        this.contextLength = request.contextLength();
    }

    // before a step

    /** What it wants of the draft model before the rows of its next step are planned; empty where it wants nothing. */
    Optional<DraftWish> draftWish(ConstraintWork work) {
        if (!layouts.usesDraftModel() || nextTurn.isOrdered()) {
            return Optional.empty();
        }
        Optional<Integer> modelRoom = drafts.modelRoom(sequence);
        if (modelRoom.isEmpty()) {
            layouts.endDraftModel();
            return Optional.empty();
        }
        if (sequence.needsPrefill()) {
            return drafts.keepUp(sequence);
        }
        if (!betweenSteps || !(layouts.current() instanceof WithDraftModel)) {
            return Optional.empty();
        }
        int useful = Math.min(layouts.current().draftLength(), Math.min(room(), remainingTokens())) - 1;
        int count = Math.min(useful, modelRoom.get());
        return count < 1 || hasFreeDrafts(work)
                ? Optional.empty()
                : drafts.wish(sequence, count, sampling::afterDrafts);
    }

    private boolean hasFreeDrafts(ConstraintWork work) {
        return !nextTurn.needsMuchWork()
                && work.attempt(meter -> drafts.hasFree(sequence, constraint, meter))
                        .orElse(false);
    }

    /** The rows of the next step, see {@link Decoder#plan}. */
    Optional<Turn> plan(int maxPrefillRows, int maskToken, ConstraintWork work) {
        if (betweenSteps && !nextTurn.isOrdered()) {
            layout = layouts.current();
        }
        StepLayout own = layout;
        if (!sequence.needsPrefill()) {
            return nextTurn.take(work, meter -> decode(own, maskToken, meter));
        }
        // one that was ordered when there was room for more rows is made again
        return nextTurn.take(work, meter -> prefill(own, maxPrefillRows, maskToken, meter))
                .filter(turn -> turn.end() - sequence.committed() <= maxPrefillRows);
    }

    /** Whether its next turn is made on another thread at this moment. */
    public boolean isPending() {
        return nextTurn.isPending();
    }

    /** Computes the next tokens of the prompt. The last of them gives a token, and may carry a group for its draft. */
    private Turn prefill(StepLayout layout, int maxRows, int maskToken, LongConsumer work) {
        int count = Math.min(maxRows, sequence.uncomputed());
        List<Integer> rows = sequence.uncomputed(count);
        boolean isLast = count == sequence.uncomputed();
        SequenceStep step = isLast
                ? new SequenceStep(
                        rows,
                        sequence.committed(),
                        1,
                        layout.draftLength(),
                        layout.afterPrompt(sequence.size(), room(), maskToken))
                : new SequenceStep(rows, sequence.committed(), 0, 1, List.of());
        Turn.Phase phase = sequence.awaitsFirstToken() ? Turn.Phase.PREFILL : Turn.Phase.RECOMPUTE;
        return turn(phase, layout, step, Drafts.NONE, isLast ? List.of(constraint) : List.of(), work);
    }

    private Turn decode(StepLayout layout, int maskToken, LongConsumer work) {
        Drafts proposed = drafts.propose(sequence, constraint, work);
        List<Constraint> constraints = constraint.along(proposed.tokens(), work);
        Drafts allowed = proposed.first(constraints.size() - 1);
        SequenceStep step = layout.next(
                new DecodeState(sequence.committed(), sequence.anchor(), allowed, !betweenSteps, room()), maskToken);
        return turn(Turn.Phase.DECODE, layout, step, allowed, constraints.subList(0, step.verifyRows()), work);
    }

    private Turn turn(
            Turn.Phase phase,
            StepLayout layout,
            SequenceStep step,
            Drafts proposed,
            List<Constraint> constraints,
            LongConsumer work) {
        List<Allowed> allowed = new ArrayList<>(constraints.size());
        for (Constraint state : constraints) {
            allowed.add(state.allowed(remainingTokens() - allowed.size(), work));
        }
        int narrowedFrom =
                (int) allowed.stream().takeWhile(row -> !row.isNarrowed()).count();
        return new Turn(this, phase, layout, step, proposed, constraints, narrowedFrom, sampling.of(step, allowed));
    }

    /** Plans the anchor's row alone, for a step that is short of rows or blocks, see {@link Decoder#plan}. */
    Optional<Turn> planAnchorOnly(ConstraintWork work) {
        layout = StepLayout.AUTOREGRESSIVE;
        betweenSteps = true;
        SequenceStep step =
                new SequenceStep(List.of(sequence.anchor()), sequence.committed(), 1, layout.draftLength(), List.of());
        return nextTurn.take(
                work,
                meter -> turn(
                        Turn.Phase.DECODE, StepLayout.AUTOREGRESSIVE, step, Drafts.NONE, List.of(constraint), meter));
    }

    // after a step

    /**
     * Hands over the tokens of a step one by one, until one of them ends the answer.
     *
     * @return the tokens that were emitted
     */
    List<Integer> emit(Turn turn, Outcome outcome) {
        List<Integer> emitted = new ArrayList<>(outcome.kept());
        while (emitted.size() < outcome.kept() && finish.isEmpty()) {
            int row = emitted.size();
            int token = outcome.emitted().get(row);
            emitted.add(token);
            sampling.emitted(token);
            boolean accepted = row < outcome.kept() - 1;
            // the turn has the states along its drafts already
            constraint = accepted ? turn.constraints().get(row + 1) : advance(token);
            finish = sink.accept(
                    new TokenSink.EmittedToken(token, accepted, row >= turn.narrowedFrom(), outcome.logProbsOf(row)),
                    end(remainingTokens() - emitted.size()));
        }
        return emitted;
    }

    private Constraint advance(int token) {
        return constraint
                .advance(token, ConstraintWork::uncounted)
                .orElseThrow(() -> new IllegalStateException("token %d was not allowed".formatted(token)));
    }

    private Optional<FinishReason> end(int remaining) {
        if (constraint.isComplete()) {
            return Optional.of(FinishReason.STOP);
        }
        return remaining > 0 ? Optional.empty() : Optional.of(FinishReason.LENGTH);
    }

    /** Commits the rows that were kept, and updates the draft source, the statistics and the layout choice. */
    void commit(Turn turn, List<Integer> emitted) {
        boolean emits = !emitted.isEmpty();
        sequence.commit(turn.rows(), emitted);
        betweenSteps = !turn.rows().isDraftPass();
        boolean isOfLayout = drafts.verified(turn, emitted);
        if (turn.phase() != Turn.Phase.PREFILL && (emits || turn.rows().isDraftPass())) {
            stats.forward();
        }
        if (turn.phase() != Turn.Phase.PREFILL && emits) {
            stats.step(emitted.size());
        }
        if (turn.phase() == Turn.Phase.DECODE && emits && isOfLayout) {
            layouts.observe(turn.layout(), turn.rows().verifyRows() - 1, emitted.size());
        }
    }

    /** Takes over the drafts for the next step. */
    void propose(List<Integer> proposed) {
        sequence.propose(proposed);
        drafts.extended(sequence);
    }

    /** Records that it cannot go on. */
    void fail(String message, Optional<Throwable> cause) {
        failure = Optional.of(new GenerationFailedException(message, cause.orElse(null)));
    }

    /**
     * Gives its blocks back, so that another sequence can go on. It loses nothing but time: once it begins again, its
     * tokens are found in the prefix cache or computed again.
     */
    public void preempt() {
        nextTurn.cancel();
        sequence.preempt();
        drafts.preempt();
        betweenSteps = true;
    }

    // readings

    /** Tokens that the answer may still have. */
    private int remainingTokens() {
        return maxTokens - sequence.numEmitted();
    }

    /** Positions after its tokens that the context still has. */
    private int room() {
        return contextLength - sequence.size();
    }

    public Sequence sequence() {
        return sequence;
    }

    public BlockTable blocks() {
        return sequence.blocks();
    }

    /** Why it cannot go on; empty while it can. */
    public Optional<GenerationFailedException> failure() {
        return failure;
    }

    /** Why it ended, once it has. */
    public Optional<FinishReason> finish() {
        return finish;
    }

    /** Whether its next forward begins a step, so that the step may have any layout. */
    public boolean isBetweenSteps() {
        return betweenSteps;
    }

    public DecodeStats stats() {
        return stats;
    }

    /** Forwards of the draft model that drafted for it. */
    public int draftForwards() {
        return drafts.modelForwards();
    }

    /** The layout of the step that it is in or had last. */
    public StepLayout layout() {
        return layout;
    }

    /** Chooses the layouts of its steps. */
    public LayoutChoice layouts() {
        return layouts;
    }

    @Override
    public void close() {
        nextTurn.cancel();
        sequence.close();
        drafts.close();
    }
}
