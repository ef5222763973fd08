package dev.tidar.auto;

import dev.tidar.api.Decoding;
import dev.tidar.api.Limits;
import dev.tidar.auto.AdaptiveLayouts.Measured;
import dev.tidar.checkpoint.TidarConfig;
import dev.tidar.decode.StepLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Measures the cost of forwards on this device: with one and with several sequences that decode autoregressively, with
 * prompt rows, and with every layout that auto chooses from.
 *
 * <p>It takes a fraction of a second for each measurement and so is rough, above all while kernels are still being
 * compiled; what is observed while serving corrects it.
 */
public final class LayoutCandidates {

    private static final long BUDGET_NANOS = Duration.ofMillis(100).toNanos();

    private final LayoutCalibration calibration;
    private final Limits limits;

    public LayoutCandidates(LayoutCalibration calibration, Limits limits) {
        this.calibration = calibration;
        this.limits = limits;
    }

    /**
     * Measures the candidates of a model, narrow ones first. A full single pass is left out where the narrow ones show
     * that it could not pay even if every draft were accepted.
     *
     * @param draftLength the draft length that the options ask for; empty for the trained block
     */
    public AdaptiveLayouts measure(Optional<TidarConfig> tidar, OptionalInt draftLength) {
        PassTimes times = passTimes();
        List<Measured> measured = new ArrayList<>();
        measured.add(new Measured(StepLayout.AUTOREGRESSIVE, Math.round(times.nanos(1))));
        tidar.ifPresent(config -> {
            int k = Math.min(draftLength.orElse(config.blockSize()), Decoding.MAX_DRAFT_LENGTH);
            measured.add(measured(new StepLayout.TwoPass(k)));
            measured.add(measured(new StepLayout.SinglePass(k, new TreeSet<>(List.of(1)))));
            StepLayout all = new StepLayout.SinglePass(k, StepLayout.allOutcomes(k));
            if (couldPay(all, times)) {
                measured.add(measured(all));
            }
        });
        return new AdaptiveLayouts(times, measured);
    }

    /** Times of a forward of 1, 4, 16, ... sequences, and of a prompt row. */
    private PassTimes passTimes() {
        calibration.measure(StepLayout.AUTOREGRESSIVE, 1, BUDGET_NANOS); // has what all forwards share compiled
        Map<Integer, Long> nanos = new TreeMap<>();
        int max = Math.min(limits.maxRunning(), calibration.maxSequences());
        for (int n = 1; n <= max; n *= 4) {
            nanos.put(n, calibration.measure(StepLayout.AUTOREGRESSIVE, n, BUDGET_NANOS));
        }
        return new PassTimes(nanos, calibration.measurePromptRow());
    }

    private Measured measured(StepLayout layout) {
        return new Measured(layout, calibration.measure(layout, 1, BUDGET_NANOS));
    }

    /** Whether a step could be worth its rows if they cost as much as rows of other sequences. */
    private static boolean couldPay(StepLayout layout, PassTimes times) {
        return times.nanos(layout.maxRows()) < layout.draftLength() * times.nanos(1);
    }
}
