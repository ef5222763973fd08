package dev.tidar.api;

import java.time.Duration;
import java.util.List;

/**
 * What the engine steps took and gave since the engine was loaded.
 *
 * @param kinds one entry for each kind of step, in the order of {@link Kind}
 * @param drafts one entry for each position in a draft block after the anchor, the first position first
 * @param decoded what decoding took and gave, of all requests
 */
public record StepTotals(List<OfKind> kinds, List<OfPosition> drafts, Decoded decoded) {

    /** Positions after the anchor that are counted; the drafts of a longer block count up to here. */
    public static final int MAX_POSITIONS = Decoding.MAX_DRAFT_LENGTH - 1;

    /** Of an engine that has run no step. */
    public static final StepTotals NONE = new StepTotals(List.of(), List.of());

    /** Totals of an engine that has decoded nothing. */
    public StepTotals(List<OfKind> kinds, List<OfPosition> drafts) {
        this(kinds, drafts, new Decoded(0, 0));
    }

    public StepTotals {
        kinds = List.copyOf(kinds);
        drafts = List.copyOf(drafts);
    }

    /** What the rows of a step are for. */
    public enum Kind {
        /** Prompt rows only. */
        PREFILL,
        /** Autoregressive rows only. */
        AUTOREGRESSIVE,
        /** Rows of two-pass layouts only: a draft forward or a verify forward. */
        TWO_PASS,
        /** Rows of single-pass layouts only. */
        SINGLE_PASS,
        /** Rows that verify what the draft model has drafted only; its own forwards are not counted. */
        DRAFT_MODEL,
        /** Rows of several kinds. */
        MIXED
    }

    /**
     * The steps of one kind.
     *
     * @param kind the kind
     * @param steps their number
     * @param time what they took together
     */
    public record OfKind(Kind kind, long steps, Duration time) {}

    /**
     * The drafts at one position.
     *
     * @param verified drafts that a step verified there
     * @param accepted part of them that was accepted
     */
    public record OfPosition(long verified, long accepted) {}

    /**
     * Decode forwards and their tokens, counted as {@link GenerationStats} counts them but while requests run: a
     * forward that several requests share counts once for each, and the first token of an answer is of the prefill.
     *
     * @param forwards decode forwards of all requests
     * @param tokens tokens that they emitted
     */
    public record Decoded(long forwards, long tokens) {}
}
