package dev.tidar;

import dev.tidar.api.Decoding;
import dev.tidar.checkpoint.TidarConfig;
import dev.tidar.decode.AdaptiveLayouts;
import dev.tidar.decode.AdaptiveLayouts.Measured;
import dev.tidar.decode.Decoder;
import dev.tidar.decode.StepLayout;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.schedule.LayoutCalibration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * The layouts that auto chooses from, measured: autoregressive, two passes, and single passes of growing width.
 *
 * <p>Every layout is measured twice and the first time forgotten: it is the time of kernels that are not compiled yet.
 * So the first request finds them compiled, too.
 */
final class LayoutCandidates {

    private static final long WARM_UP_NANOS = Duration.ofMillis(600).toNanos();
    private static final long BUDGET_NANOS = Duration.ofMillis(300).toNanos();

    private final LayoutCalibration calibration;

    LayoutCandidates(Decoder decoder, BlockPool pool, int blockTokens, int contextLength, LongSupplier nanoTime) {
        this.calibration = new LayoutCalibration(decoder, pool, blockTokens, contextLength, nanoTime);
    }

    /**
     * Measures the candidates of a model, narrow ones first. A full single pass is left out where the narrow ones show
     * that it could not pay even if every draft were accepted.
     *
     * @param draftLength what the options ask for; else the trained block
     */
    AdaptiveLayouts measure(Optional<TidarConfig> tidar, OptionalInt draftLength, int promptToken) {
        List<StepLayout> layouts = new ArrayList<>(List.of(StepLayout.AUTOREGRESSIVE));
        Measured oneRow = calibration.measure(StepLayout.AUTOREGRESSIVE, promptToken, WARM_UP_NANOS);
        if (tidar.isPresent()) {
            int k = Math.min(draftLength.orElse(tidar.get().blockSize()), Decoding.MAX_DRAFT_LENGTH);
            StepLayout twoPass = new StepLayout.TwoPass(k);
            StepLayout narrow = new StepLayout.SinglePass(k, new TreeSet<>(List.of(1)));
            StepLayout all = new StepLayout.SinglePass(k, StepLayout.allOutcomes(k));
            Measured twoPasses = calibration.measure(twoPass, promptToken, WARM_UP_NANOS);
            calibration.measure(narrow, promptToken, WARM_UP_NANOS);
            layouts.add(twoPass);
            layouts.add(narrow);
            if (couldPay(all, oneRow, twoPasses)) {
                calibration.measure(all, promptToken, WARM_UP_NANOS);
                layouts.add(all);
            }
        }
        return new AdaptiveLayouts(layouts.stream()
                .map(layout -> calibration.measure(layout, promptToken, BUDGET_NANOS))
                .toList());
    }

    /** Extends the line through one row and K rows to the rows of a layout. */
    private static boolean couldPay(StepLayout layout, Measured oneRow, Measured twoPasses) {
        int k = layout.draftLength();
        double slope = Math.max(0, twoPasses.nanos() / 2.0 - oneRow.nanos()) / (k - 1);
        double expected = oneRow.nanos() + slope * (layout.maxRows() - 1);
        return expected < (double) k * oneRow.nanos();
    }
}
