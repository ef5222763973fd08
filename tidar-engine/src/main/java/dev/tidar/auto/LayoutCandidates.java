package dev.tidar.auto;

import dev.tidar.api.Limits;
import dev.tidar.auto.AdaptiveLayouts.Measured;
import dev.tidar.checkpoint.TidarConfig;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.WithDraftModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Measures the cost of forwards on this device: with one and with several sequences that decode autoregressively, with
 * prompt rows, and with every layout that auto chooses from.
 *
 * <p>All of it takes a fraction of a second, while an application starts around it, and so is rough. What all else is
 * compared with, one sequence that decodes autoregressively, is measured at the beginning, in between and at the end,
 * so that what disturbs one of them does not make every layout look good. What is observed while serving corrects it.
 */
public final class LayoutCandidates {

    private static final long BUDGET_NANOS = Duration.ofMillis(20).toNanos();

    /** Draft lengths with the draft model, where the options ask for none. */
    private static final List<Integer> MODEL_LENGTHS = List.of(2, 3, 4, 5, 6, 8, 12);

    private final LayoutCalibration calibration;
    private final Optional<LayoutCalibration> drafting;
    private final Limits limits;

    /** @param drafting measures forwards of the draft model; empty where there is none */
    public LayoutCandidates(LayoutCalibration calibration, Optional<LayoutCalibration> drafting, Limits limits) {
        this.calibration = calibration;
        this.drafting = drafting;
        this.limits = limits;
    }

    /**
     * The candidates of a model. Few of them are measured: of each number of forwards the narrowest, and the widest
     * single pass. The others take as much longer than as many decode rows as the measured one that is closest in rows.
     * A single pass is left out where the times of decode rows show that it could not pay even if every draft were
     * accepted.
     *
     * @param draftLength the draft length that the options ask for; empty for the trained block
     */
    public AdaptiveLayouts measure(Optional<TidarConfig> tidar, OptionalInt draftLength) {
        PassTimes times = passTimes(calibration);
        Optional<PassTimes> draftTimes = drafting.map(this::passTimes);
        List<Measured> measured = new ArrayList<>();
        measured.add(new Measured(StepLayout.AUTOREGRESSIVE, Math.round(times.nanos(1))));
        tidar.ifPresent(config -> {
            UsefulLayouts useful = new UsefulLayouts(config, draftLength);
            measured.addAll(measured(useful.twoPass(), times));
            List<StepLayout> single = useful.singlePass();
            List<StepLayout> paying =
                    single.stream().filter(layout -> couldPay(layout, times)).toList();
            measured.addAll(measured(paying.isEmpty() ? single.subList(0, 1) : paying, times));
        });
        times.atMost(1, calibration.measure(StepLayout.AUTOREGRESSIVE, 1, BUDGET_NANOS));
        draftTimes.ifPresent(known -> measured.addAll(withDraftModel(draftLength, times, known)));
        ExpectedAcceptance expected =
                tidar.map(config -> new ExpectedAcceptance(config.kept())).orElse(ExpectedAcceptance.UNKNOWN);
        AdaptiveLayouts layouts = new AdaptiveLayouts(times, draftTimes, measured, expected);
        layouts.settle();
        return layouts;
    }

    /**
     * Layouts with the draft model that could pay, but at least one. Their rows take what rows take that are measured.
     */
    private static List<Measured> withDraftModel(OptionalInt asked, PassTimes times, PassTimes drafting) {
        List<Integer> lengths = asked.isPresent() ? List.of(asked.getAsInt()) : MODEL_LENGTHS;
        List<Measured> all = lengths.stream()
                .map(k -> new Measured(new WithDraftModel(k), Math.round(times.nanos(k))))
                .toList();
        List<Measured> paying = all.stream()
                .filter(m -> m.nanos() + (m.layout().draftLength() - 1) * drafting.nanos(1)
                        < m.layout().draftLength() * times.nanos(1))
                .toList();
        return paying.isEmpty() ? all.subList(0, 1) : paying;
    }

    /** The times of layouts of one number of forwards, narrow ones first: of two that are measured, and of the rest. */
    private List<Measured> measured(List<StepLayout> layouts, PassTimes times) {
        Measured narrow = measured(layouts.get(0));
        StepLayout widest = layouts.get(layouts.size() - 1);
        Measured wide = widest.maxRows() < 2 * layouts.get(0).maxRows() ? narrow : measured(widest);
        List<Measured> all = new ArrayList<>();
        for (StepLayout layout : layouts) {
            boolean isNarrow = layout.maxRows() - layouts.get(0).maxRows() <= widest.maxRows() - layout.maxRows();
            Measured closest = isNarrow ? narrow : wide;
            all.add(closest.layout().equals(layout) ? closest : like(closest, layout, times));
        }
        return all;
    }

    private static Measured like(Measured measured, StepLayout layout, PassTimes times) {
        double pass = measured.nanos() / (double) measured.layout().forwards();
        double rows = layout.maxRows() * times.rowsFor(pass) / measured.layout().maxRows();
        return new Measured(layout, Math.round(layout.forwards() * times.nanos(rows)));
    }

    /** Times of a forward of 1, 4, 16, ... sequences, and of a prompt row. */
    private PassTimes passTimes(LayoutCalibration of) {
        of.measure(StepLayout.AUTOREGRESSIVE, 1, BUDGET_NANOS); // has what all forwards share compiled
        Map<Integer, Long> nanos = new TreeMap<>();
        int max = Math.min(limits.maxRunning(), of.maxSequences());
        for (int n = 1; n <= max; n *= 4) {
            nanos.put(n, of.measure(StepLayout.AUTOREGRESSIVE, n, BUDGET_NANOS));
        }
        nanos.merge(1, of.measure(StepLayout.AUTOREGRESSIVE, 1, BUDGET_NANOS), Math::min);
        return new PassTimes(nanos, of.measurePromptRow(BUDGET_NANOS));
    }

    private Measured measured(StepLayout layout) {
        return new Measured(layout, calibration.measure(layout, 1, BUDGET_NANOS));
    }

    /** Whether a step could be worth its rows if they cost as much as rows of other sequences. */
    private static boolean couldPay(StepLayout layout, PassTimes times) {
        return times.nanos(layout.maxRows()) < layout.draftLength() * times.nanos(1);
    }
}
