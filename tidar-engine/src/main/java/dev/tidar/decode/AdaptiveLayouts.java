package dev.tidar.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * Chooses layouts by what they yield: tokens per step over the time of a step, running means of what was seen.
 * Autoregressive decoding is always a candidate, so drafting is given up where it does not pay.
 *
 * <p>Confined to the engine thread.
 */
public final class AdaptiveLayouts {

    /*
     * A candidate starts from the time measured at load and an optimistic estimate of its tokens, so it is tried where it
     * could win at all, and loses its place once its own figures say so. Estimates of tokens belong to a request, because acceptance depends on the text; each starts from the
     * engine's running mean, counted as PRIOR_STEPS steps. The engine's mean of every candidate moves back towards the
     * optimistic estimate a little with each request: that is the price of probing, and the way back for a layout that
     * was given up. Times belong to the engine.
     */

    /** Chance of each draft to be accepted once the one before it was, in the optimistic estimate. */
    private static final double OPTIMISTIC_ACCEPTANCE = 0.75;

    private static final double PRIOR_STEPS = 8;
    private static final double RECENT = 1.0 / 64;

    /** Steps that the time measured at load counts for. */
    private static final double MEASURED_STEPS = 4;

    private static final double FORGET = 0.004;

    private final List<Candidate> candidates = new ArrayList<>();

    /** @param measured every layout that is considered, with the time of a step; at least one */
    public AdaptiveLayouts(List<Measured> measured) {
        if (measured.isEmpty()) {
            throw new IllegalArgumentException("at least one layout must be measured");
        }
        measured.forEach(m -> candidates.add(new Candidate(m)));
    }

    /**
     * A layout and what one step of it costs.
     *
     * @param nanos time of a step on this device, both passes where it has two
     */
    public record Measured(StepLayout layout, long nanos) {}

    /**
     * How a candidate stands.
     *
     * @param nanos running mean of the time of a step; what was measured at load before the first
     * @param tokensPerStep running mean of all requests; the optimistic estimate before the first
     * @param observedSteps steps that were seen
     */
    public record Standing(StepLayout layout, long nanos, double tokensPerStep, long observedSteps) {

        public double tokensPerSecond() {
            return tokensPerStep * 1e9 / nanos;
        }
    }

    /** How every candidate stands now, in the order in which they were given. */
    public List<Standing> standings() {
        return candidates.stream().map(Candidate::standing).toList();
    }

    /** The choice for one request. */
    public LayoutChoice forRequest() {
        candidates.forEach(Candidate::forget);
        return new RequestChoice();
    }

    private static final class Candidate {
        private final StepLayout layout;
        private final double optimisticTokens;
        private double tokens;
        private double nanos;
        private long steps;

        Candidate(Measured measured) {
            this.layout = measured.layout();
            this.optimisticTokens = layout.tokensPerStep(OPTIMISTIC_ACCEPTANCE);
            this.tokens = optimisticTokens;
            this.nanos = measured.nanos();
        }

        void forget() {
            tokens += FORGET * (optimisticTokens - tokens);
        }

        void observe(int kept, long stepNanos) {
            steps++;
            tokens += Math.max(RECENT, 1.0 / (steps + 1)) * (kept - tokens);
            nanos += Math.max(RECENT, 1.0 / (steps + MEASURED_STEPS)) * (stepNanos - nanos);
        }

        Standing standing() {
            return new Standing(layout, Math.round(nanos), tokens, steps);
        }
    }

    private final class RequestChoice implements LayoutChoice {
        private final double[] sums = new double[candidates.size()];
        private final int[] steps = new int[candidates.size()];

        RequestChoice() {
            for (int i = 0; i < sums.length; i++) {
                sums[i] = PRIOR_STEPS * candidates.get(i).tokens;
            }
        }

        @Override
        public StepLayout next() {
            int best = 0;
            for (int i = 1; i < sums.length; i++) {
                if (tokensPerNano(i) > tokensPerNano(best)) {
                    best = i;
                }
            }
            return candidates.get(best).layout;
        }

        private double tokensPerNano(int i) {
            return sums[i] / (PRIOR_STEPS + steps[i]) / candidates.get(i).nanos;
        }

        @Override
        public void observe(StepLayout layout, int kept, long nanos) {
            for (int i = 0; i < sums.length; i++) {
                if (candidates.get(i).layout.equals(layout)) {
                    sums[i] += kept;
                    steps[i]++;
                    candidates.get(i).observe(kept, nanos);
                }
            }
        }
    }
}
