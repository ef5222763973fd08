package dev.tidar.auto;

import dev.tidar.decode.StepLayout;

/** A layout that auto considers, with what this engine has seen of it. Confined to the engine thread. */
final class LayoutEstimate {

    /** No acceptance is expected to be higher: a draft length would never end. */
    private static final double MAX_ACCEPTANCE = 0.98;

    /** A layout counts as at most this factor more or fewer rows than it has, in case its measurement was disturbed. */
    private static final double ROW_FACTOR = 4;

    /**
     * The weight of an observed surcharge in its running mean, and the number of observations that the measurement at
     * load counts for.
     */
    private static final double RECENT_SURCHARGE = 1.0 / 8;

    private static final double MEASURED_FORWARDS = 3;

    private final StepLayout layout;
    private final DraftKind kind;
    private final double rows;
    private final double expectedAcceptance;
    private final boolean isListed;
    /** Tokens of its steps over those that follow from the acceptance of drafts. */
    private final SeenRatio tokens = new SeenRatio(1, 64, 256);

    private long steps;
    /** Running mean. */
    private double surcharge;

    private int forwards;

    LayoutEstimate(StepLayout layout, double rows, ExpectedAcceptance expected) {
        this.layout = layout;
        this.kind = DraftKind.of(layout);
        this.rows = Math.max(layout.maxRows() / ROW_FACTOR, Math.min(layout.maxRows() * ROW_FACTOR, rows));
        this.expectedAcceptance = expected.of(layout);
        this.isListed = expected.isListed(layout);
    }

    StepLayout layout() {
        return layout;
    }

    DraftKind kind() {
        return kind;
    }

    /** The number of decode rows that cost as much as a forward of it. */
    double rows() {
        return rows;
    }

    /**
     * Nanoseconds that a forward takes for each sequence with it beyond the time of its rows.
     *
     * @param ofKind what forwards with drafts of its kind took over the time of their rows; counts until it has run
     */
    double surcharge(PassTimes times, double ofKind) {
        return forwards > 0 ? surcharge : (ofKind - 1) * times.nanos(rows);
    }

    double expectedAcceptance() {
        return expectedAcceptance;
    }

    /** Whether its acceptance comes from kept counts of the checkpoint. */
    boolean isListed() {
        return isListed;
    }

    /**
     * Tokens of a step in the mean.
     *
     * @param ratio drafts that are accepted over those that were expected to be
     */
    double tokensPerStep(double ratio) {
        return followingTokens(ratio) * tokens.value();
    }

    private double followingTokens(double ratio) {
        return layout.tokensPerStep(Math.min(MAX_ACCEPTANCE, expectedAcceptance * ratio));
    }

    /** Records what a step emitted, where this ratio of drafts was counted on. */
    void emitted(int kept, double ratio) {
        steps++;
        tokens.add(kept, followingTokens(ratio));
    }

    /** Records how long a forward took for each sequence that drafted in it, beyond the time of its rows. */
    void costs(double nanos) {
        forwards++;
        surcharge += Math.max(RECENT_SURCHARGE, 1 / (forwards + MEASURED_FORWARDS)) * (nanos - surcharge);
    }

    /** Moves a little towards what was measured and expected. */
    void forget(double share) {
        tokens.drift(share, 1);
        surcharge -= share * surcharge;
    }

    long steps() {
        return steps;
    }
}
