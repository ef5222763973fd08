package dev.tidar.auto;

import dev.tidar.api.Decoding;
import dev.tidar.api.EngineStatus.Candidate;
import dev.tidar.api.EngineStatus.LayoutReport;
import dev.tidar.api.Groups;
import dev.tidar.auto.AdaptiveLayouts.Standing;
import dev.tidar.decode.StepLayout;
import dev.tidar.step.GroupWidth;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reports what auto chose and why, for status. */
public final class LayoutReports {

    private static final Comparator<Standing> BY_SPEED = Comparator.comparingDouble(Standing::tokensPerSecond);

    private LayoutReports() {}

    public static LayoutReport report(AdaptiveLayouts layouts) {
        List<Standing> standings = layouts.standings();
        List<Candidate> candidates =
                standings.stream().map(LayoutReports::candidate).toList();
        Optional<Standing> best = standings.stream().max(BY_SPEED);
        return best.map(b -> new LayoutReport(
                        b.layout().toString(),
                        reason(b, standings),
                        candidates,
                        layouts.isSettled(),
                        layouts.passTimes()))
                .orElseGet(() -> new LayoutReport("", "nothing is measured yet", candidates, false));
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
        String source = switch (s.source()) {
            case SEEN -> "seen";
            case CHECKPOINT -> "expected by the checkpoint";
            case GUESS -> "expected at best";
        };
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
        Decoding decoding = Decoding.of(layout.mode());
        if (layout instanceof StepLayout.SinglePass single) {
            return decoding.withDraftLength(single.draftLength())
                    .withOutcomes(single.outcomes())
                    .withGroups(single.groups() == GroupWidth.SHORT ? Groups.SHORT : Groups.FULL);
        }
        return layout.draftLength() == 1 ? decoding : decoding.withDraftLength(layout.draftLength());
    }
}
