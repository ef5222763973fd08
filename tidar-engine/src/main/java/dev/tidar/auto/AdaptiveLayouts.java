package dev.tidar.auto;

import dev.tidar.api.EngineStatus;
import dev.tidar.api.Lookup;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.WithDraftModel;
import dev.tidar.draft.DraftPass;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Chooses the layouts with the highest yield: the tokens of all running sequences divided by the time of their forward,
 * both as running means of what was observed. It is a greedy bandit with optimistic first estimates (Sutton and Barto,
 * Reinforcement Learning, 2.6). Where rows are nearly free, sequences share them for drafting; where rows cost more
 * than they gain, all sequences decode autoregressively.
 *
 * <p>Confined to the engine thread, but for {@link #standings}, {@link #passTimes} and {@link #isSettled}.
 */
public final class AdaptiveLayouts {

    /*
     * What a layout yields follows from the acceptance of its drafts. That starts from the kept counts that the
     * checkpoint lists, or from a guess at best, so that a layout is tried wherever it could win. The engine keeps a
     * ratio of accepted drafts to expected ones for each kind of drafts, because acceptance hardly depends on draft
     * length and outcomes, and a ratio of tokens for each layout, for what the chain of outcomes leaves out. Each
     * request starts from these and keeps a ratio of its own, because acceptance depends on the text. With each request
     * the engine's ratios and times move a little towards what was expected and measured: that is the price of
     * exploration, and the way back for a layout that was given up. A forward without drafts shows what rows cost; what
     * a forward with drafts takes beyond that is a surcharge of its layouts.
     */

    private static final double FORGET = 0.004;

    /** The number of forwards that the measurement at load counts for in the cost of a kind of drafts. */
    private static final double MEASURED_FORWARDS = 3;

    private static final double RECENT_FORWARDS = 16;

    /** The number of autoregressive forwards of one sequence after which their time is known well. */
    private static final int SETTLED = 16;

    /** While it is not, one forward of so many is autoregressive. */
    private static final int SETTLE_EVERY = 4;

    /** The number of forwards after which the standings that other threads read are renewed. */
    private static final int PUBLISH_EVERY = 16;

    private final PassTimes times;
    private final Optional<PassTimes> draftTimes;
    private final List<LayoutEstimate> candidates = new ArrayList<>();
    private final List<LayoutEstimate> withoutDraftModel;
    private final Map<StepLayout, LayoutEstimate> byLayout = new HashMap<>();
    private final DraftHistory drafts;
    /** What forwards with drafts of each kind took over the time of their rows. */
    private final Map<DraftKind, SeenRatio> costs = new EnumMap<>(DraftKind.class);

    private final LayoutSharing sharing;
    private volatile List<Standing> standings;
    private volatile EngineStatus.PassTimes passTimes;
    private int forwards;
    private int plainForwards;
    private int shares;
    private volatile boolean settled = true;

    /** Layouts of a checkpoint that lists no kept counts. */
    public AdaptiveLayouts(PassTimes times, List<Measured> measured) {
        this(times, measured, ExpectedAcceptance.UNKNOWN);
    }

    /** Layouts without a draft model. */
    public AdaptiveLayouts(PassTimes times, List<Measured> measured, ExpectedAcceptance expected) {
        this(times, Optional.empty(), measured, expected);
    }

    /**
     * @param times the cost of forwards
     * @param draftTimes the cost of forwards of the draft model; empty where there is none
     * @param measured every layout that is considered, autoregressive first
     * @param expected the acceptance of drafts before any were seen
     */
    public AdaptiveLayouts(
            PassTimes times, Optional<PassTimes> draftTimes, List<Measured> measured, ExpectedAcceptance expected) {
        if (measured.isEmpty() || !measured.get(0).layout().equals(StepLayout.AUTOREGRESSIVE)) {
            throw new IllegalArgumentException("the first layout must be autoregressive, but there are " + measured);
        }
        this.times = times;
        this.draftTimes = draftTimes;
        measured.forEach(m -> candidates.add(new LayoutEstimate(m.layout(), rows(m), expected)));
        candidates.forEach(candidate -> byLayout.put(candidate.layout(), candidate));
        withoutDraftModel =
                candidates.stream().filter(c -> c.kind() != DraftKind.MODEL).toList();
        this.drafts = DraftHistory.ofEngine(candidates);
        for (DraftKind kind : DraftKind.values()) {
            costs.put(kind, new SeenRatio(1, MEASURED_FORWARDS, RECENT_FORWARDS));
        }
        sharing = new LayoutSharing(this);
        publish();
    }

    /**
     * The decode rows that take as long. An autoregressive row is one by definition, however long its measurement was
     * disturbed, and a draft block of the draft model has no others.
     */
    private double rows(Measured measured) {
        StepLayout layout = measured.layout();
        return layout.equals(StepLayout.AUTOREGRESSIVE) || layout instanceof WithDraftModel
                ? layout.maxRows()
                : times.rowsFor(measured.nanos() / (double) layout.forwards());
    }

    /**
     * A layout and the time of one step of it where it runs alone.
     *
     * @param nanos time of a step on this device, both passes where it has two, without forwards of the draft model
     */
    public record Measured(StepLayout layout, long nanos) {}

    /**
     * The current estimates of a candidate.
     *
     * @param nanos time of a step where it runs alone
     * @param tokensPerStep tokens that a step is expected to emit
     * @param observedSteps the number of steps that were observed
     * @param source where the estimate of tokens comes from
     */
    public record Standing(StepLayout layout, long nanos, double tokensPerStep, long observedSteps, Source source) {

        public double tokensPerSecond() {
            return tokensPerStep * 1e9 / nanos;
        }
    }

    /** Where an estimate comes from. */
    public enum Source {
        /** Steps of this engine with such drafts. */
        SEEN,
        /** Kept counts that the checkpoint lists. */
        CHECKPOINT,
        /** A guess, better than most checkpoints are. */
        GUESS
    }

    /**
     * The estimates of every candidate as of a few forwards ago, in the order in which the candidates were given. Any
     * thread may call it.
     */
    public List<Standing> standings() {
        return standings;
    }

    /** What forwards cost as of a few forwards ago. Any thread may call it. */
    EngineStatus.PassTimes passTimes() {
        return passTimes;
    }

    private void publish() {
        passTimes = times.report();
        standings = candidates.stream().map(this::standing).toList();
    }

    private Standing standing(LayoutEstimate candidate) {
        Source expected = candidate.isListed() ? Source.CHECKPOINT : Source.GUESS;
        return new Standing(
                candidate.layout(),
                Math.round(candidate.layout().forwards() * (times.nanos(candidate.rows()) + surcharge(candidate))
                        + new DraftPasses(draftTimes).added(StepLayout.AUTOREGRESSIVE, candidate.layout())),
                candidate.tokensPerStep(drafts.ratio(candidate)),
                candidate.steps(),
                drafts.hasSeen(candidate) ? Source.SEEN : expected);
    }

    /** The cost of forwards. */
    public PassTimes times() {
        return times;
    }

    /** The cost of forwards of the draft model; empty where there is none. */
    Optional<PassTimes> draftTimes() {
        return draftTimes;
    }

    /** The candidates of a request. */
    List<LayoutEstimate> candidates(boolean withDraftModel) {
        return withDraftModel ? candidates : withoutDraftModel;
    }

    /** The choice for one request. */
    public LayoutChoice forRequest(Lookup lookup) {
        candidates.forEach(candidate -> candidate.forget(FORGET));
        drafts.forget(FORGET);
        costs.values().forEach(cost -> cost.drift(FORGET, 1));
        return new RequestLayouts(this, DraftHistory.ofRequest(drafts, candidates), lookup);
    }

    /** What the engine has seen of drafts. */
    DraftHistory drafts() {
        return drafts;
    }

    /** Whether this is the draft length of every layout that drafts, and there is one. */
    public boolean hasOnlyDraftLength(int rows) {
        return candidates.size() > 1
                && candidates.stream().skip(1).allMatch(c -> c.layout().draftLength() == rows);
    }

    /**
     * Decides on the layouts of the next forward, see {@link LayoutSharing}.
     *
     * @param beginning choices of the sequences whose next forward begins a step
     * @param underWay layouts of the sequences that are in the middle of one
     * @param promptRows prompt rows beside them
     */
    public void share(List<LayoutChoice> beginning, List<StepLayout> underWay, int promptRows) {
        sharing.share(beginning, underWay, promptRows);
    }

    /**
     * Counts on no time that was measured at load alone until forwards of that kind were seen, see {@link #isSettled}.
     */
    void settle() {
        settled = false;
    }

    /**
     * Whether the time of autoregressive decoding, with which all layouts are compared, stands on forwards of requests
     * and not on the measurement at load alone. Until then one forward of {@value SETTLE_EVERY} of a single request is
     * autoregressive, because forwards with drafts say nothing about it. Any thread may call it.
     */
    public boolean isSettled() {
        return settled;
    }

    /** Whether the next forward of a single request should be autoregressive, to learn what that takes. */
    boolean settlesNext() {
        return !settled && ++shares % SETTLE_EVERY == 0;
    }

    /** The decision on the next forward. */
    LayoutSharing sharing() {
        return sharing;
    }

    /** The number of decode rows of a forward of a layout. */
    double decodeRows(StepLayout layout) {
        return candidate(layout).map(LayoutEstimate::rows).orElse((double) layout.maxRows());
    }

    Optional<LayoutEstimate> candidate(StepLayout layout) {
        return Optional.ofNullable(byLayout.get(layout));
    }

    /**
     * Records how long a forward took.
     *
     * @param layouts layouts of the sequences that decoded in it
     * @param moreRows verify rows that they had beyond those of their layouts
     * @param promptRows its prompt rows
     */
    public void observe(List<StepLayout> layouts, int moreRows, int promptRows, long nanos) {
        double rows = layouts.stream().mapToDouble(this::decodeRows).sum() + moreRows;
        List<LayoutEstimate> drafting = candidates.stream()
                .skip(1)
                .filter(c -> layouts.contains(c.layout()))
                .toList();
        if (promptRows > 0 || drafting.isEmpty()) {
            times.observe(rows, promptRows, (double) nanos);
            if (promptRows + moreRows == 0 && layouts.size() == 1 && ++plainForwards == SETTLED) {
                settled = true;
            }
        } else {
            if (nanos < times.nanos(1)) {
                times.observe(1, 0, (double) nanos); // one row takes no longer than many
            }
            double expected = times.nanos(rows);
            double more = Math.min(nanos - expected, expected);
            drafting.forEach(candidate -> candidate.costs(more / drafters(layouts)));
            drafting.stream()
                    .map(LayoutEstimate::kind)
                    .distinct()
                    .forEach(kind -> cost(kind).add(1 + more / expected, 1));
        }
        if (++forwards % PUBLISH_EVERY == 0) {
            publish();
        }
    }

    /** Records what the draft model took before a forward. */
    public void observeDrafting(List<DraftPass> passes) {
        draftTimes.ifPresent(
                known -> passes.forEach(pass -> known.observe(pass.rows(), pass.promptRows(), (double) pass.nanos())));
    }

    private static double drafters(List<StepLayout> layouts) {
        return (double)
                layouts.stream().filter(layout -> layout.draftLength() > 1).count();
    }

    double surcharge(StepLayout layout) {
        return candidate(layout).map(this::surcharge).orElse(0.0);
    }

    double surcharge(LayoutEstimate candidate) {
        return candidate.kind() == DraftKind.NONE || candidate.kind() == DraftKind.MODEL
                ? 0
                : candidate.surcharge(times, cost(candidate.kind()).value());
    }

    private SeenRatio cost(DraftKind kind) {
        return Objects.requireNonNull(costs.get(kind));
    }
}
