package dev.tidar.auto;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineStatus.Candidate;
import dev.tidar.api.EngineStatus.LayoutReport;
import dev.tidar.auto.AdaptiveLayouts.Standing;
import dev.tidar.decode.StepLayout;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reports what auto chose and why, for status. */
public final class LayoutReports {

    private static final Comparator<Standing> BY_SPEED = Comparator.comparingDouble(Standing::tokensPerSecond);

    private LayoutReports() {}

    public static LayoutReport report(List<Standing> standings) {
        List<Candidate> candidates =
                standings.stream().map(LayoutReports::candidate).toList();
        Optional<Standing> best = standings.stream().max(BY_SPEED);
        return best.map(b -> new LayoutReport(b.layout().toString(), reason(b, standings), candidates))
                .orElseGet(() -> new LayoutReport("", "nothing is measured yet", candidates));
    }

    private static Candidate candidate(Standing s) {
        return new Candidate(decoding(s.layout()), s.layout().toString(), s.nanos() / 1e6, s.tokensPerStep());
    }

    private static String reason(Standing best, List<Standing> standings) {
        Optional<Standing> other = standings.stream()
                .filter(s -> (s.layout().draftLength() == 1) != (best.layout().draftLength() == 1))
                .max(BY_SPEED);
        return other.map(o -> "%s, against %s".formatted(figures(best), figures(o)))
                .orElseGet(() -> figures(best) + "; the model has no mask token, so it cannot draft");
    }

    private static String figures(Standing s) {
        String source = s.observedSteps() > 0 ? "seen" : "expected at best";
        return String.format(
                Locale.ROOT,
                "%s: %.0f tokens/s (%.1f ms a step, %.2f tokens a step%s)",
                s.layout(),
                s.tokensPerSecond(),
                s.nanos() / 1e6,
                s.tokensPerStep(),
                s.layout().draftLength() == 1 ? "" : " " + source);
    }

    private static Decoding decoding(StepLayout layout) {
        OptionalInt k = OptionalInt.of(layout.draftLength());
        if (layout instanceof StepLayout.SinglePass single) {
            return new Decoding(DecodeMode.SINGLE_PASS, k, single.outcomes());
        }
        if (layout instanceof StepLayout.TwoPass) {
            return new Decoding(DecodeMode.TWO_PASS, k, Set.of());
        }
        return Decoding.of(DecodeMode.AUTOREGRESSIVE);
    }
}
