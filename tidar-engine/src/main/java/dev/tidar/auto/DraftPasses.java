package dev.tidar.auto;

import dev.tidar.api.Decoding;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.WithDraftModel;
import java.util.Optional;

/**
 * The forwards of the draft model before a forward of the first network. Sequences share them: each pass has a row for
 * every sequence that wants a further draft. Confined to the engine thread.
 */
final class DraftPasses {

    private final Optional<PassTimes> times;
    /** {@code [pass]}: the number of sequences with a row in it. */
    private final int[] sequences = new int[Decoding.MAX_DRAFT_LENGTH];

    /** @param times the cost of forwards of the draft model; empty where there is none */
    DraftPasses(Optional<PassTimes> times) {
        this.times = times;
    }

    /** The number of forwards of the draft model that a step of a layout takes. */
    static int of(StepLayout layout) {
        return layout instanceof WithDraftModel ? layout.draftLength() - 1 : 0;
    }

    /** The time of all of them. */
    double nanos() {
        double nanos = 0;
        for (int pass = 0; pass < sequences.length && sequences[pass] > 0; pass++) {
            nanos += nanos(sequences[pass]);
        }
        return nanos;
    }

    /** The time that they take more if a sequence has another layout. */
    double added(StepLayout from, StepLayout to) {
        double nanos = 0;
        for (int pass = of(from); pass < of(to); pass++) {
            nanos += nanos(sequences[pass] + 1) - nanos(sequences[pass]);
        }
        for (int pass = of(to); pass < of(from); pass++) {
            nanos -= nanos(sequences[pass]) - nanos(sequences[pass] - 1);
        }
        return nanos;
    }

    private double nanos(int rows) {
        return rows < 1 ? 0 : times.map(known -> known.nanos(rows)).orElse(0.0);
    }

    /** Gives a sequence another layout. */
    void change(StepLayout from, StepLayout to) {
        for (int pass = of(from); pass < of(to); pass++) {
            sequences[pass]++;
        }
        for (int pass = of(to); pass < of(from); pass++) {
            sequences[pass]--;
        }
    }
}
