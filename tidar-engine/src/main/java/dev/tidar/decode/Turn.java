package dev.tidar.decode;

import dev.tidar.api.GenerationStep;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.DraftSource.Drafts;
import dev.tidar.step.RowSamplings;
import dev.tidar.step.SequenceStep;
import java.util.List;
import java.util.Optional;

/**
 * One sequence's part in a step: everything that its rows need, decided before the step runs.
 *
 * @param sequence whose turn it is
 * @param phase what the rows are for
 * @param layout the layout that laid them out
 * @param rows the rows
 * @param drafts the drafts that were proposed; the verify rows hold as many of them as the layout had room for
 * @param constraints the state of the sequence's constraint before each verify row samples, in order
 * @param narrowedFrom the first verify row where the limit on tokens excludes some that the constraint alone would
 *     allow; as many as there are where it excludes none
 * @param sampling how each row samples
 */
public record Turn(
        RunningSequence sequence,
        Phase phase,
        StepLayout layout,
        SequenceStep rows,
        Drafts drafts,
        List<Constraint> constraints,
        int narrowedFrom,
        RowSamplings sampling) {

    public Turn {
        constraints = List.copyOf(constraints);
        if (constraints.size() != rows.verifyRows()) {
            throw new IllegalArgumentException("%d verify rows must each have a constraint, but there are %d"
                    .formatted(rows.verifyRows(), constraints.size()));
        }
    }

    /** What rows of a sequence are for. */
    public enum Phase {
        /** They compute the prompt; the last of them gives the first token. */
        PREFILL,
        /** They compute what the sequence had before its blocks were taken. */
        RECOMPUTE,
        /** They verify and draft. */
        DECODE
    }

    /** Whether the rows compute tokens that the sequence has already, rather than the draft block. */
    public boolean isPrefill() {
        return phase != Phase.DECODE;
    }

    /**
     * The layout whose forwards take as long, but for {@link #rowsBeyondLayout}. Drafts of the draft model are rows
     * like any others, and there are as many as it has made.
     */
    public StepLayout timedAs() {
        return layout instanceof WithDraftModel ? StepLayout.AUTOREGRESSIVE : layout;
    }

    /** Verify rows beyond those of that layout: free drafts may be more than the draft length has room for. */
    public int rowsBeyondLayout() {
        return Math.max(0, rows.verifyRows() - timedAs().draftLength());
    }

    /**
     * What is kept of this turn for those who follow the answer. To be called once its tokens are emitted.
     *
     * @param promptRows rows of the prompt since the last step that emitted, or of tokens that were computed again
     * @param draftPassRows rows of the draft pass before it; 0 where there was none
     */
    public Origin origin(int promptRows, int draftPassRows) {
        return new Origin(
                layout,
                rows,
                drafts.source().reportedAs(),
                promptRows,
                draftPassRows,
                sequence.finish().isPresent() ? List.of() : sequence.sequence().drafts());
    }

    /**
     * How a step came to its tokens. The engine thread only makes this; what listeners get is made of it on their own
     * threads. Constraints and masks of the turn are not in it, because a slow listener has many of these waiting.
     *
     * @param promptRows rows of the prompt since the last step that emitted, or of tokens that were computed again
     * @param draftPassRows rows of the draft pass before it; 0 where there was none
     * @param proposed drafts for the next step; empty where there is none
     */
    public record Origin(
            StepLayout layout,
            SequenceStep rows,
            GenerationStep.Source source,
            int promptRows,
            int draftPassRows,
            List<Integer> proposed) {

        /** The same as listeners get it, with the tokens that the step emitted, at least one. */
        public GenerationStep of(List<TokenChunk.Token> tokens) {
            List<Integer> verified = rows.draftsBefore(rows.verifyRows() - 1);
            int anchor = rows.exactTokens().size() - rows.verifyRows();
            return new GenerationStep(
                    layout.toString(),
                    promptRows,
                    rows.exactTokens().get(anchor),
                    verified,
                    verified.isEmpty() ? Optional.empty() : Optional.of(source),
                    (int) tokens.stream().filter(TokenChunk.Token::accepted).count(),
                    tokens.stream().map(TokenChunk.Token::id).toList(),
                    draftPassRows,
                    rows.groups().stream().map(this::reported).toList(),
                    proposed);
        }

        private GenerationStep.Group reported(SequenceStep.Group group) {
            int masks = group.tokens().size();
            return new GenerationStep.Group(group.kept(), rows.draftLength() - masks, masks);
        }
    }

    /** The position after the last row whose keys and values are written to the cache. */
    public int end() {
        return rows.end();
    }
}
