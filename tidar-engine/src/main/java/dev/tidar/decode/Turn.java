package dev.tidar.decode;

import dev.tidar.decode.DraftSource.Drafts;
import dev.tidar.step.RowSamplings;
import dev.tidar.step.SequenceStep;
import java.util.List;

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

    /** The position after the last row whose keys and values are written to the cache. */
    public int end() {
        return rows.end();
    }
}
