package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.decode.AdaptiveLayouts.Measured;
import dev.tidar.decode.StepLayout.TwoPass;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Auto")
class AdaptiveLayoutsTest {

    private static final StepLayout TWO_PASS = new TwoPass(8);

    @Test
    void neverTriesALayoutThatCouldNotPayEvenWithGoodDrafts() {
        LayoutChoice choice = layouts(100, 1000).forRequest();

        assertThat(choice.next()).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void triesALayoutThatCouldPay() {
        assertThat(layouts(100, 200).forRequest().next()).isEqualTo(TWO_PASS);
    }

    @Test
    void givesUpALayoutWhoseDraftsAreRefused() {
        LayoutChoice choice = layouts(100, 200).forRequest();

        assertThat(drive(choice, 1, 40)).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void staysWithALayoutWhoseDraftsAreAccepted() {
        LayoutChoice choice = layouts(100, 200).forRequest();

        assertThat(drive(choice, 5, 200)).isEqualTo(TWO_PASS);
    }

    @Test
    void startsTheNextRequestFromWhatWasSeen() {
        AdaptiveLayouts layouts = layouts(100, 200);
        drive(layouts.forRequest(), 1, 100);

        assertThat(layouts.forRequest().next()).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void triesAgainAfterManyRequestsBecauseTextsDiffer() {
        AdaptiveLayouts layouts = layouts(100, 200);
        drive(layouts.forRequest(), 1, 100);

        long tried = 0;
        for (int request = 0; request < 1000; request++) {
            LayoutChoice choice = layouts.forRequest();
            tried += choice.next().equals(TWO_PASS) ? 1 : 0;
            drive(choice, 1, 10);
        }
        assertThat(tried).isBetween(1L, 400L);
    }

    @Test
    void losesLittleWhereNoDraftIsEverAccepted() {
        AdaptiveLayouts layouts = layouts(100, 200);
        double nanos = 0;
        double tokens = 0;
        for (int request = 0; request < 50; request++) {
            LayoutChoice choice = layouts.forRequest();
            for (int step = 0; step < 200; step++) {
                StepLayout layout = choice.next();
                choice.observe(layout, 1, layout.equals(TWO_PASS) ? 200 : 100);
                nanos += layout.equals(TWO_PASS) ? 200 : 100;
                tokens++;
            }
        }
        assertThat(nanos / tokens).isLessThan(105);
    }

    @Test
    void givesUpALayoutThatIsSlowerThanItWasMeasured() {
        LayoutChoice choice = layouts(100, 200).forRequest();
        for (int i = 0; i < 10; i++) {
            choice.observe(TWO_PASS, 3, 600);
        }

        assertThat(choice.next()).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void reportsWhatItSaw() {
        AdaptiveLayouts layouts = layouts(100, 200);
        drive(layouts.forRequest(), 3, 500);

        AdaptiveLayouts.Standing seen = layouts.standings().get(1);
        assertThat(seen.observedSteps()).isEqualTo(500);
        assertThat(seen.tokensPerStep()).isBetween(2.9, 3.1);
    }

    private static AdaptiveLayouts layouts(long autoregressiveNanos, long twoPassNanos) {
        return new AdaptiveLayouts(List.of(
                new Measured(StepLayout.AUTOREGRESSIVE, autoregressiveNanos), new Measured(TWO_PASS, twoPassNanos)));
    }

    /** Steps that emit so many tokens where drafts are verified, one elsewhere; the layout of the step behind them. */
    private static StepLayout drive(LayoutChoice choice, int kept, int steps) {
        for (int i = 0; i < steps; i++) {
            StepLayout layout = choice.next();
            choice.observe(layout, layout.draftLength() == 1 ? 1 : kept, layout.draftLength() == 1 ? 100 : 200);
        }
        return choice.next();
    }
}
