package dev.tidar.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * Chooses layouts by what they yield: tokens per step, a running mean of what was seen, over the time of a step,
 * measured at load. Autoregressive decoding is always a candidate, so drafting is given up where it does not pay.
 *
 * <p>Confined to the engine thread.
 */
public final class AdaptiveLayouts {

    /*
     * A candidate starts from an optimistic estimate, so it is tried where it could win at all, and loses its place once
     * its own figures say so. Estimates belong to a request, because acceptance depends on the text; each starts from the
     * engine's running mean, counted as PRIOR_STEPS steps. The engine's mean of every candidate moves back towards the
     * optimistic estimate a little with each request: that is the price of probing, and the way back for a layout that
     * was given up.
     */

    /** Chance of each draft to be accepted once the one before it was, in the optimistic estimate. */
    private static final double OPTIMISTIC_ACCEPTANCE = 0.75;

    private static final double PRIOR_STEPS = 8;
    private static final double RECENT = 1.0 / 64;
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
        private final Measured measured;
        private final double optimistic;
        private double mean;
        private long steps;

        Candidate(Measured measured) {
            this.measured = measured;
            this.optimistic = measured.layout().tokensPerStep(OPTIMISTIC_ACCEPTANCE);
            this.mean = optimistic;
        }

        void forget() {
            mean += FORGET * (optimistic - mean);
        }

        void observe(int kept) {
            steps++;
            mean += Math.max(RECENT, 1.0 / (steps + 1)) * (kept - mean);
        }

        Standing standing() {
            return new Standing(measured.layout(), measured.nanos(), mean, steps);
        }
    }

    private final class RequestChoice implements LayoutChoice {
        private final double[] sums = new double[candidates.size()];
        private final int[] steps = new int[candidates.size()];

        RequestChoice() {
            for (int i = 0; i < sums.length; i++) {
                sums[i] = PRIOR_STEPS * candidates.get(i).mean;
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
            return candidates.get(best).measured.layout();
        }

        private double tokensPerNano(int i) {
            return sums[i]
                    / (PRIOR_STEPS + steps[i])
                    / candidates.get(i).measured.nanos();
        }

        @Override
        public void observe(StepLayout layout, int kept) {
            for (int i = 0; i < sums.length; i++) {
                if (candidates.get(i).measured.layout().equals(layout)) {
                    sums[i] += kept;
                    steps[i]++;
                    candidates.get(i).observe(kept);
                }
            }
        }
    }
}
