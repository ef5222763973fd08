package dev.tidar.auto;

import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses the layouts with the highest yield: the tokens of all running sequences divided by the time of their forward,
 * both as running means of what was observed. It is a greedy bandit with optimistic first estimates (Sutton and Barto,
 * Reinforcement Learning, 2.6). Where rows are nearly free, sequences share them for drafting; where rows cost more
 * than they gain, all sequences decode autoregressively.
 *
 * <p>Confined to the engine thread, but for {@link #standings}.
 */
public final class AdaptiveLayouts {

    /*
     * A candidate starts from the time measured at load and an optimistic estimate of its tokens. So it is tried wherever
     * it could win at all, and loses its place once its own figures are worse. Estimates of tokens belong to a request,
     * because acceptance depends on the text; each starts from the engine's running mean, counted as PRIOR_STEPS steps.
     * With each request the engine's estimates move a little towards the optimistic estimate and the measured time: that
     * is the price of exploration, and the way back for a layout that was given up. A forward without drafts shows what
     * rows cost; what a forward with drafts takes beyond that is a surcharge of its layouts.
     */

    /** The probability, in the optimistic estimate, that a draft is accepted if the one before it was. */
    private static final double OPTIMISTIC_ACCEPTANCE = 0.75;

    private static final double PRIOR_STEPS = 8;
    private static final double RECENT = 1.0 / 64;
    private static final double FORGET = 0.004;

    /**
     * The weight of an observed surcharge in its running mean, and the number of observations that the measurement at
     * load counts for.
     */
    private static final double RECENT_SURCHARGE = 1.0 / 8;

    private static final double MEASURED_FORWARDS = 3;

    /** A layout counts as at most this factor more or fewer rows than it has, in case its measurement was disturbed. */
    private static final double ROW_FACTOR = 4;

    /** The number of forwards after which the standings that other threads read are renewed. */
    private static final int PUBLISH_EVERY = 16;

    private final PassTimes times;
    private final List<Candidate> candidates = new ArrayList<>();
    private final Map<StepLayout, Candidate> byLayout = new HashMap<>();
    private volatile List<Standing> standings;
    private int forwards;

    /**
     * @param times the cost of forwards
     * @param measured every layout that is considered, autoregressive first
     */
    public AdaptiveLayouts(PassTimes times, List<Measured> measured) {
        if (measured.isEmpty() || !measured.get(0).layout().equals(StepLayout.AUTOREGRESSIVE)) {
            throw new IllegalArgumentException("the first layout must be autoregressive, but there are " + measured);
        }
        this.times = times;
        measured.forEach(m -> candidates.add(new Candidate(
                m.layout(), times.rowsFor(m.nanos() / (double) m.layout().forwards()))));
        candidates.forEach(candidate -> byLayout.put(candidate.layout, candidate));
        publish();
    }

    /**
     * A layout and the time of one step of it where it runs alone.
     *
     * @param nanos time of a step on this device, both passes where it has two
     */
    public record Measured(StepLayout layout, long nanos) {}

    /**
     * The current estimates of a candidate.
     *
     * @param nanos time of a step where it runs alone
     * @param tokensPerStep running mean of all requests; the optimistic estimate before the first
     * @param observedSteps the number of steps that were observed
     */
    public record Standing(StepLayout layout, long nanos, double tokensPerStep, long observedSteps) {

        public double tokensPerSecond() {
            return tokensPerStep * 1e9 / nanos;
        }
    }

    /**
     * The estimates of every candidate as of a few forwards ago, in the order in which the candidates were given. Any
     * thread may call it.
     */
    public List<Standing> standings() {
        return standings;
    }

    private void publish() {
        standings = candidates.stream().map(Candidate::standing).toList();
    }

    /** The cost of forwards. */
    public PassTimes times() {
        return times;
    }

    /** The choice for one request. */
    public LayoutChoice forRequest() {
        candidates.forEach(Candidate::forget);
        return new RequestLayouts();
    }

    /**
     * Decides on the layouts of the next forward. Every request that leaves its layout open is first set to
     * autoregressive; then the change of one layout that gains most is made, again and again, as long as the whole
     * batch gains.
     *
     * @param beginning choices of the sequences whose next forward begins a step
     * @param underWay layouts of the sequences that are in the middle of one
     * @param promptRows prompt rows beside them
     */
    public void share(List<LayoutChoice> beginning, List<StepLayout> underWay, int promptRows) {
        Forward forward = new Forward(promptRows * times.promptRowNanos());
        List<LayoutChoice> open =
                beginning.stream().filter(LayoutChoice::isOpen).toList();
        open.forEach(choice -> choice.choose(StepLayout.AUTOREGRESSIVE));
        beginning.forEach(choice -> forward.add(decodeRows(choice.current()), 0, 1));
        underWay.forEach(layout -> forward.add(decodeRows(layout), surcharge(layout), 1));
        while (forward.improve(open)) {}
    }

    /** The number of decode rows of a forward of a layout. */
    double decodeRows(StepLayout layout) {
        return candidate(layout).map(c -> c.rows).orElse((double) layout.maxRows());
    }

    private Optional<Candidate> candidate(StepLayout layout) {
        return Optional.ofNullable(byLayout.get(layout));
    }

    /**
     * Records how long a forward took.
     *
     * @param layouts layouts of the sequences that decoded in it
     * @param promptRows its prompt rows
     */
    public void observe(List<StepLayout> layouts, int promptRows, long nanos) {
        double rows = layouts.stream().mapToDouble(this::decodeRows).sum();
        List<Candidate> drafting = candidates.stream()
                .skip(1)
                .filter(c -> layouts.contains(c.layout))
                .toList();
        if (promptRows > 0 || drafting.isEmpty()) {
            times.observe(rows, promptRows, (double) nanos);
        } else {
            double expected = times.nanos(rows);
            double surcharge = Math.min(nanos - expected, expected) / drafters(layouts);
            drafting.forEach(candidate -> candidate.costs(surcharge));
        }
        if (++forwards % PUBLISH_EVERY == 0) {
            publish();
        }
    }

    private static double drafters(List<StepLayout> layouts) {
        return (double)
                layouts.stream().filter(layout -> layout.draftLength() > 1).count();
    }

    private double surcharge(StepLayout layout) {
        return candidate(layout).map(c -> c.surcharge).orElse(0.0);
    }

    /** The tokens that all sequences of a forward are expected to emit in it, and its cost. */
    private final class Forward {
        private double nanos;
        private double rows;
        private double tokens;

        Forward(double promptNanos) {
            this.nanos = promptNanos;
        }

        void add(double addedRows, double addedNanos, double addedTokens) {
            rows += addedRows;
            nanos += addedNanos;
            tokens += addedTokens;
        }

        private double tokensPerNano(double addedRows, double addedNanos, double addedTokens) {
            double time = nanos + addedNanos + times.nanos(rows + addedRows);
            return (tokens + addedTokens) / Math.max(times.nanos(1), time);
        }

        /** Makes the change of one layout that gains most; false if none gains. */
        boolean improve(List<LayoutChoice> open) {
            double best = tokensPerNano(0, 0, 0);
            Runnable change = null;
            for (LayoutChoice request : open) {
                Candidate current = candidate(request.current()).orElseThrow();
                double currentTokens = request.tokensPerForward(current.layout);
                for (Candidate candidate : candidates) {
                    double addedRows = candidate.rows - current.rows;
                    double addedNanos = candidate.surcharge - current.surcharge;
                    double addedTokens = request.tokensPerForward(candidate.layout) - currentTokens;
                    double rate = tokensPerNano(addedRows, addedNanos, addedTokens);
                    if (rate > best * (1 + 1e-9)) {
                        best = rate;
                        change = () -> {
                            request.choose(candidate.layout);
                            add(addedRows, addedNanos, addedTokens);
                        };
                    }
                }
            }
            if (change != null) {
                change.run();
            }
            return change != null;
        }
    }

    private final class Candidate {
        private final StepLayout layout;
        /** The number of decode rows that cost as much as a forward of it. */
        private final double rows;

        private final double optimisticTokens;
        private final int index = candidates.size();
        private double tokensPerStep;
        private long steps;
        /** Nanoseconds that a forward takes for each sequence with it beyond the time of its rows; running mean. */
        private double surcharge;

        private int forwards;

        Candidate(StepLayout layout, double rows) {
            this.layout = layout;
            this.rows = Math.max(layout.maxRows() / ROW_FACTOR, Math.min(layout.maxRows() * ROW_FACTOR, rows));
            this.optimisticTokens = layout.tokensPerStep(OPTIMISTIC_ACCEPTANCE);
            this.tokensPerStep = optimisticTokens;
        }

        void forget() {
            tokensPerStep += FORGET * (optimisticTokens - tokensPerStep);
            surcharge -= FORGET * surcharge;
        }

        /** Records how long a forward took for each sequence that drafted in it, beyond the time of its rows. */
        void costs(double nanos) {
            forwards++;
            surcharge += Math.max(RECENT_SURCHARGE, 1 / (forwards + MEASURED_FORWARDS)) * (nanos - surcharge);
        }

        void observe(int kept) {
            steps++;
            tokensPerStep += Math.max(RECENT, 1.0 / (steps + 1)) * (kept - tokensPerStep);
        }

        Standing standing() {
            return new Standing(
                    layout, Math.round(layout.forwards() * (times.nanos(rows) + surcharge)), tokensPerStep, steps);
        }
    }

    /** The open choice of one request. It starts from the engine's means and learns from its own steps. */
    private final class RequestLayouts implements LayoutChoice {
        private final double[] sums = new double[candidates.size()];
        private final int[] steps = new int[candidates.size()];
        private StepLayout current = StepLayout.AUTOREGRESSIVE;

        RequestLayouts() {
            for (int i = 0; i < sums.length; i++) {
                sums[i] = PRIOR_STEPS * candidates.get(i).tokensPerStep;
            }
        }

        @Override
        public StepLayout current() {
            return current;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void choose(StepLayout layout) {
            current = layout;
        }

        @Override
        public double tokensPerForward(StepLayout layout) {
            return candidate(layout).map(this::mean).orElse(1.0) / layout.forwards();
        }

        private double mean(Candidate candidate) {
            int i = candidate.index;
            return sums[i] / (PRIOR_STEPS + steps[i]);
        }

        @Override
        public void observe(StepLayout layout, int kept) {
            candidate(layout).ifPresent(candidate -> {
                sums[candidate.index] += kept;
                steps[candidate.index]++;
                candidate.observe(kept);
            });
        }
    }
}
