package dev.tidar.decode;

import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.decode.DraftSource.Drafts;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.step.RowSamplings;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.StepResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A sequence while it is decoded, with what its steps need besides its tokens: how its rows are sampled, what
 * constrains them, where its drafts come from, which layout its steps have, and who receives its tokens.
 *
 * <p>Confined to the engine thread.
 */
public final class RunningSequence implements AutoCloseable {

    private final Sequence sequence;
    private final SequenceSampling sampling;
    private final List<DraftSource> draftSources;
    private final LayoutChoice layouts;
    private final TokenSink sink;
    private final int maxTokens;
    private final int contextLength;
    private final DecodeStats stats = new DecodeStats();

    private Constraint constraint;
    private StepLayout layout = StepLayout.AUTOREGRESSIVE;
    private boolean betweenSteps = true;
    private Optional<GenerationFailedException> failure = Optional.empty();
    private Optional<FinishReason> finish = Optional.empty();

    /**
     * A sequence at its start.
     *
     * @param layouts chooses the layout of each step
     * @param blocks its KV memory, an empty table
     * @param sink receives its tokens
     */
    public RunningSequence(DecodeRequest request, LayoutChoice layouts, BlockTable blocks, TokenSink sink) {
        this.sequence = new Sequence(request.prompt(), blocks);
        this.sampling = new SequenceSampling(request.params(), request.prompt());
        this.constraint = request.constraint();
        this.draftSources = List.of(new ForcedDrafts(), DraftSource.MASKS);
        this.layouts = layouts;
        this.sink = sink;
        this.maxTokens = request.maxTokens();
        this.contextLength = request.contextLength();
    }

    // before a step

    /** The rows of the next step, see {@link Decoder#plan}. */
    Turn plan(int maxPrefillRows, int maskToken) {
        if (betweenSteps) {
            layout = layouts.current();
        }
        return sequence.needsPrefill() ? prefill(maxPrefillRows, maskToken) : decode(maskToken);
    }

    /** Computes the next tokens of the prompt. The last of them gives a token, and may carry a group for its draft. */
    private Turn prefill(int maxRows, int maskToken) {
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
        return new Turn(this, phase, layout, step, Drafts.NONE, isLast ? List.of(constraint) : List.of());
    }

    private Turn decode(int maskToken) {
        Drafts proposed = proposal();
        List<Constraint> constraints = constraint.along(proposed.tokens());
        Drafts drafts = proposed.first(constraints.size() - 1);
        SequenceStep step = layout.next(
                new DecodeState(sequence.committed(), sequence.anchor(), drafts, !betweenSteps, room()), maskToken);
        return new Turn(this, Turn.Phase.DECODE, layout, step, drafts, constraints.subList(0, step.verifyRows()));
    }

    /** The drafts of the first source that has any. */
    private Drafts proposal() {
        for (DraftSource source : draftSources) {
            Drafts drafts = source.propose(sequence, constraint);
            if (!drafts.isEmpty()) {
                return drafts;
            }
        }
        return Drafts.NONE;
    }

    /** Plans the anchor's row alone, for a step that is short of rows or blocks. */
    public Turn planAnchorOnly() {
        layout = StepLayout.AUTOREGRESSIVE;
        betweenSteps = true;
        SequenceStep step =
                new SequenceStep(List.of(sequence.anchor()), sequence.committed(), 1, layout.draftLength(), List.of());
        return new Turn(this, Turn.Phase.DECODE, layout, step, Drafts.NONE, List.of(constraint));
    }

    /** How the rows of its turn sample. */
    RowSamplings sampling(Turn turn) {
        return sampling.of(turn.rows(), turn.constraints(), remainingTokens());
    }

    // after a step

    /**
     * Hands over the tokens of a step one by one, until one of them ends the answer.
     *
     * @return the tokens that were emitted
     */
    List<Integer> emit(Outcome outcome) {
        List<Integer> emitted = new ArrayList<>(outcome.kept());
        while (emitted.size() < outcome.kept() && finish.isEmpty()) {
            int row = emitted.size();
            int token = outcome.emitted().get(row);
            emitted.add(token);
            sampling.emitted(token);
            constraint = constraint
                    .advance(token)
                    .orElseThrow(() -> new IllegalStateException("token %d was not allowed".formatted(token)));
            finish = sink.accept(
                    new TokenSink.EmittedToken(token, row < outcome.kept() - 1, outcome.logProbsOf(row)),
                    end(remainingTokens() - emitted.size()));
        }
        return emitted;
    }

    private Optional<FinishReason> end(int remaining) {
        if (constraint.isComplete()) {
            return Optional.of(FinishReason.STOP);
        }
        if (remaining > 0) {
            return Optional.empty();
        }
        return Optional.of(constraint.isSatisfied() ? FinishReason.STOP : FinishReason.LENGTH);
    }

    /** Commits the rows that were kept, and updates the draft source, the statistics and the layout choice. */
    void commit(Turn turn, List<Integer> emitted) {
        boolean emits = !emitted.isEmpty();
        sequence.commit(turn.rows(), emitted);
        betweenSteps = !turn.rows().isDraftPass();
        turn.drafts().source().verified(turn.drafts().tokens(), emitted);
        if (turn.phase() != Turn.Phase.PREFILL && (emits || turn.rows().isDraftPass())) {
            stats.forward();
        }
        if (turn.phase() != Turn.Phase.PREFILL && emits) {
            stats.step(emitted.size());
        }
        if (turn.phase() == Turn.Phase.DECODE && emits && !turn.rows().exceedsDraftBlock()) {
            layouts.observe(turn.layout(), emitted.size());
        }
    }

    /** Takes over the drafts for the next step. */
    void propose(List<Integer> drafts) {
        sequence.propose(drafts);
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
        sequence.preempt();
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
        sequence.close();
    }
}
