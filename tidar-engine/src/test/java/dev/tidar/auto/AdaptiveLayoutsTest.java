package dev.tidar.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Lookup;
import dev.tidar.auto.AdaptiveLayouts.Measured;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.step.GroupWidth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Auto")
class AdaptiveLayoutsTest {

    private static final StepLayout TWO_PASS = new TwoPass(8);

    @Test
    void neverTriesALayoutThatCouldNotPayEvenWithGoodDrafts() {
        assertThat(next(layouts(100, 1000))).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void triesALayoutThatCouldPay() {
        assertThat(next(layouts(100, 200))).isEqualTo(TWO_PASS);
    }

    @Test
    void givesUpALayoutWhoseDraftsAreRejected() {
        AdaptiveLayouts layouts = layouts(100, 200);

        assertThat(drive(layouts, layouts.forRequest(Lookup.OFF), 1, 40)).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void staysWithALayoutWhoseDraftsAreAccepted() {
        AdaptiveLayouts layouts = layouts(100, 200);

        assertThat(drive(layouts, layouts.forRequest(Lookup.OFF), 5, 200)).isEqualTo(TWO_PASS);
    }

    @Test
    void startsTheNextRequestFromWhatWasSeen() {
        AdaptiveLayouts layouts = layouts(100, 200);
        drive(layouts, layouts.forRequest(Lookup.OFF), 1, 100);

        assertThat(next(layouts)).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void triesAgainAfterManyRequestsBecauseTextsDiffer() {
        AdaptiveLayouts layouts = layouts(100, 200);
        drive(layouts, layouts.forRequest(Lookup.OFF), 1, 100);

        long tried = 0;
        for (int request = 0; request < 1000; request++) {
            LayoutChoice choice = layouts.forRequest(Lookup.OFF);
            tried += next(layouts, choice).equals(TWO_PASS) ? 1 : 0;
            drive(layouts, choice, 1, 10);
        }
        assertThat(tried).isBetween(1L, 400L);
    }

    @Test
    void losesLittleWhereNoDraftIsEverAccepted() {
        AdaptiveLayouts layouts = layouts(100, 200);
        double nanos = 0;
        double tokens = 0;
        for (int request = 0; request < 50; request++) {
            LayoutChoice choice = layouts.forRequest(Lookup.OFF);
            for (int step = 0; step < 200; step++) {
                StepLayout layout = next(layouts, choice);
                observe(choice, layout, 1);
                nanos += layout.equals(TWO_PASS) ? 200 : 100;
                tokens++;
            }
        }
        assertThat(nanos / tokens).isLessThan(105);
    }

    @Test
    void givesUpALayoutThatIsSlowerThanItWasMeasured() {
        AdaptiveLayouts layouts = layouts(100, 200);
        LayoutChoice choice = layouts.forRequest(Lookup.OFF);
        for (int i = 0; i < 100; i++) {
            observe(choice, TWO_PASS, 3);
            layouts.observe(List.of(TWO_PASS), 0, 0, 600);
        }

        assertThat(next(layouts, choice)).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void reportsWhatItSaw() {
        AdaptiveLayouts layouts = layouts(100, 200);
        drive(layouts, layouts.forRequest(Lookup.OFF), 3, 512);

        AdaptiveLayouts.Standing seen = layouts.standings().get(1);
        assertThat(seen.observedSteps()).isBetween(490L, 512L);
        assertThat(seen.tokensPerStep()).isBetween(2.9, 3.1);
    }

    @Test
    void looksUpWhereTheEngineAllowsItAndNeverWhereALayoutIsAskedFor() {
        AdaptiveLayouts layouts = layouts(100, 200);

        assertThat(layouts.forRequest(Lookup.AUTO).looksUp()).isTrue();
        assertThat(layouts.forRequest(Lookup.OFF).looksUp()).isFalse();
        assertThat(LayoutChoice.fixed(TWO_PASS).looksUp()).isFalse();
    }

    @Test
    void weighsMoreTokensOfOneRequestAgainstTheTimeOfTheWholeBatch() {
        var layouts = new AdaptiveLayouts(
                new PassTimes(Map.of(1, 100L, 5, 140L, 9, 300L), 1),
                List.of(new Measured(StepLayout.AUTOREGRESSIVE, 100)));
        LayoutChoice alone = layouts.forRequest(Lookup.AUTO);
        layouts.share(List.of(alone), List.of(), 0);

        assertThat(alone.batchYield(1, 0)).isEqualTo(1 / 100.0);
        assertThat(alone.batchYield(2, 4)).isEqualTo(2 / 140.0);

        List<LayoutChoice> five =
                Stream.generate(() -> layouts.forRequest(Lookup.AUTO)).limit(5).toList();
        layouts.share(five, List.of(), 0);
        assertThat(five.get(0).batchYield(1, 0)).isEqualTo(5 / 140.0);
        assertThat(five.get(0).batchYield(2, 4)).as("rows that are dear").isEqualTo(6 / 300.0);
    }

    /** Where one token at a time was measured while something else ran, every other layout would look good for ever. */
    @Nested
    class WithATimeOfAutoregressiveDecodingThatWasDisturbedAtLoad {

        private final AdaptiveLayouts layouts = layouts(240, 300);

        @Test
        void saysSoUntilItStandsOnForwardsOfRequests() {
            assertThat(LayoutReports.report(layouts).settled()).isTrue();
            layouts.settle();
            assertThat(LayoutReports.report(layouts).settled()).isFalse();
            serve(15);
            assertThat(layouts.isSettled()).isFalse();
            serve(1);
            assertThat(layouts.isSettled()).isTrue();
        }

        @Test
        void triesItNowAndThenAndLearnsThatItIsFaster() {
            layouts.settle();
            LayoutChoice choice = layouts.forRequest(Lookup.OFF);
            int drafting = 0;
            for (int i = 0; i < 100; i++) {
                StepLayout layout = next(layouts, choice);
                drafting += layout.equals(TWO_PASS) ? 1 : 0;
                observe(choice, layout, 2);
                layouts.observe(List.of(layout), 0, 0, layout.equals(TWO_PASS) ? 150 : 100);
            }

            assertThat(layouts.times().nanos(1)).isLessThan(150);
            assertThat(next(layouts, choice)).isEqualTo(StepLayout.AUTOREGRESSIVE);
            assertThat(drafting).isLessThan(80);
        }

        @Test
        void learnsFromForwardsWithMoreRowsThatTakeLess() {
            for (int i = 0; i < 200; i++) {
                layouts.observe(List.of(TWO_PASS), 0, 0, 150);
            }

            assertThat(layouts.times().nanos(1)).isBetween(145.0, 155.0);
        }

        private void serve(int forwards) {
            for (int i = 0; i < forwards; i++) {
                layouts.observe(List.of(StepLayout.AUTOREGRESSIVE), 0, 0, 100);
            }
        }
    }

    @Test
    void countsRowsOfFreeDraftsInTheTimeOfAForward() {
        var layouts = new AdaptiveLayouts(
                new PassTimes(Map.of(1, 100L, 5, 140L), 1), List.of(new Measured(StepLayout.AUTOREGRESSIVE, 100)));
        for (int i = 0; i < 200; i++) {
            layouts.observe(List.of(StepLayout.AUTOREGRESSIVE), 4, 0, 200);
        }

        assertThat(layouts.times().nanos(1)).isEqualTo(100);
        assertThat(layouts.times().nanos(5)).isBetween(195.0, 200.0);
    }

    @Test
    void countsAnAutoregressiveSequenceAsOneRowHoweverLongItsMeasurementWasDisturbed() {
        var layouts = new AdaptiveLayouts(
                new PassTimes(Map.of(1, 100L, 4, 400L), 1), List.of(new Measured(StepLayout.AUTOREGRESSIVE, 300)));
        for (int i = 0; i < 200; i++) {
            layouts.observe(List.of(StepLayout.AUTOREGRESSIVE), 0, 0, 150);
        }

        assertThat(layouts.times().nanos(1)).isBetween(148.0, 150.0);
        assertThat(layouts.times().nanos(4)).isEqualTo(400);
    }

    @Nested
    class WithKeptCountsOfTheCheckpoint {

        private static final StepLayout PAIRS = new SinglePass(2, StepLayout.allOutcomes(2), GroupWidth.SHORT);
        private static final StepLayout THREES = new SinglePass(3, StepLayout.allOutcomes(3), GroupWidth.SHORT);

        /** 1.55 tokens of pairs and 1.78 of threes. */
        private final ExpectedAcceptance expected =
                new ExpectedAcceptance(ExpectedAcceptanceTest.kept(Map.of(), Map.of(2, 1.55, 3, 1.78), Map.of(8, 2.0)));

        @Test
        void takesWhatYieldsMostByThem() {
            assertThat(next(layouts(130, 140))).isEqualTo(THREES);
            assertThat(next(layouts(120, 160))).isEqualTo(PAIRS);
            assertThat(next(layouts(200, 240))).isEqualTo(StepLayout.AUTOREGRESSIVE);
        }

        @Test
        void saysWhereItsFiguresAreFrom() {
            AdaptiveLayouts layouts = layouts(130, 140);
            assertThat(LayoutReports.report(layouts).reason()).contains("1.78 tokens a step expected by");

            drive(layouts, layouts.forRequest(Lookup.OFF), 2, 64);
            assertThat(LayoutReports.report(layouts).reason()).contains("tokens a step seen");
        }

        @Test
        void learnsOfAllDraftLengthsFromTheDraftsOfOne() {
            AdaptiveLayouts layouts = layouts(130, 140);
            LayoutChoice hard = layouts.forRequest(Lookup.OFF);
            for (int i = 0; i < 30; i++) {
                hard.observe(THREES, 2, 1);
            }

            assertThat(next(layouts, hard)).isEqualTo(StepLayout.AUTOREGRESSIVE);
            assertThat(hard.tokensPerForward(PAIRS)).isLessThan(1.2);
        }

        @Test
        void takesNothingFromStepsThatVerifiedNoDraft() {
            AdaptiveLayouts layouts = layouts(130, 140);
            LayoutChoice choice = layouts.forRequest(Lookup.OFF);
            double before = choice.tokensPerForward(PAIRS);
            for (int i = 0; i < 30; i++) {
                choice.observe(THREES, 0, 1);
            }

            assertThat(choice.tokensPerForward(PAIRS)).isEqualTo(before);
        }

        @Test
        void leavesALayoutOfOneKindWithoutHavingTriedTheOthersThatCostAsMuch() {
            AdaptiveLayouts layouts = layouts(130, 140);
            LayoutChoice choice = layouts.forRequest(Lookup.OFF);
            for (int i = 0; i < 20; i++) {
                layouts.observe(List.of(THREES), 0, 0, 600);
            }

            assertThat(next(layouts, choice)).isEqualTo(StepLayout.AUTOREGRESSIVE);
        }

        private AdaptiveLayouts layouts(long pairs, long threes) {
            return new AdaptiveLayouts(
                    new PassTimes(Map.of(1, 100L, 8, 200L, 64, 1600L), 10),
                    List.of(
                            new Measured(StepLayout.AUTOREGRESSIVE, 100),
                            new Measured(PAIRS, pairs),
                            new Measured(THREES, threes)),
                    expected);
        }
    }

    @Nested
    class WithManySequences {

        /** Rows are free up to eight: a forward takes 100 for one row, 110 for eight, 200 for sixteen. */
        private final AdaptiveLayouts layouts = new AdaptiveLayouts(
                new PassTimes(Map.of(1, 100L, 8, 110L, 16, 200L), 10),
                List.of(new Measured(StepLayout.AUTOREGRESSIVE, 100), new Measured(NARROW, 105)));

        @Test
        void giveEachTheRowsThatAreFree() {
            assertThat(shared(1)).containsOnly(NARROW);
            assertThat(shared(2)).containsOnly(NARROW);
        }

        @Test
        void giveRowsToSomeWhereThereAreNotEnoughForAll() {
            assertThat(shared(3)).contains(NARROW, StepLayout.AUTOREGRESSIVE);
        }

        @Test
        void allDecodeAutoregressivelyWhereRowsCostMoreThanTheyBring() {
            assertThat(shared(16)).containsOnly(StepLayout.AUTOREGRESSIVE);
        }

        @Test
        void goByTheAcceptanceOfEach() {
            LayoutChoice rejected = layouts.forRequest(Lookup.OFF);
            for (int i = 0; i < 50; i++) {
                observe(rejected, NARROW, 1);
            }
            LayoutChoice accepted = layouts.forRequest(Lookup.OFF);
            for (int i = 0; i < 50; i++) {
                observe(accepted, NARROW, 2);
            }
            layouts.share(List.of(rejected, accepted), List.of(), 0);

            assertThat(rejected.current()).isEqualTo(StepLayout.AUTOREGRESSIVE);
            assertThat(accepted.current()).isEqualTo(NARROW);
        }

        @Test
        void leaveALayoutThatARequestAskedFor() {
            LayoutChoice fixed = LayoutChoice.fixed(TWO_PASS);
            layouts.share(List.of(fixed, layouts.forRequest(Lookup.OFF)), List.of(), 0);

            assertThat(fixed.current()).isEqualTo(TWO_PASS);
        }

        /** What was measured says that rows are free; each costs as much as the first. */
        @Test
        void soonDecodeAutoregressivelyWhereTheMeasurementAtLoadWasDisturbed() {
            AdaptiveLayouts misled = new AdaptiveLayouts(
                    new PassTimes(Map.of(1, 100L, 8, 101L, 16, 102L), 10),
                    List.of(new Measured(StepLayout.AUTOREGRESSIVE, 100), new Measured(TWO_PASS, 202)));
            List<LayoutChoice> choices = List.of(
                    misled.forRequest(Lookup.OFF), misled.forRequest(Lookup.OFF), misled.forRequest(Lookup.OFF));
            int drafting = 0;
            for (int i = 0; i < 100; i++) {
                misled.share(choices, List.of(), 0);
                List<StepLayout> used =
                        choices.stream().map(LayoutChoice::current).toList();
                drafting += used.contains(TWO_PASS) ? 1 : 0;
                misled.observe(
                        used,
                        0,
                        0,
                        used.stream().mapToLong(l -> 100L * l.maxRows()).sum());
                choices.forEach(choice ->
                        observe(choice, choice.current(), choice.current().draftLength() == 1 ? 1 : 3));
            }

            assertThat(drafting).isBetween(1, 30);
        }

        private List<StepLayout> shared(int sequences) {
            List<LayoutChoice> choices = new ArrayList<>();
            for (int i = 0; i < sequences; i++) {
                choices.add(layouts.forRequest(Lookup.OFF));
            }
            layouts.share(choices, List.of(), 0);
            return choices.stream().map(LayoutChoice::current).toList();
        }
    }

    private static final StepLayout NARROW = new SinglePass(2, StepLayout.allOutcomes(2));

    private static AdaptiveLayouts layouts(long autoregressiveNanos, long twoPassNanos) {
        Map<Integer, Long> nanos =
                Map.of(1, autoregressiveNanos, 8, 2 * autoregressiveNanos, 64, 16 * autoregressiveNanos);
        return new AdaptiveLayouts(
                new PassTimes(nanos, 10),
                List.of(
                        new Measured(StepLayout.AUTOREGRESSIVE, autoregressiveNanos),
                        new Measured(TWO_PASS, twoPassNanos)));
    }

    private static StepLayout next(AdaptiveLayouts layouts) {
        return next(layouts, layouts.forRequest(Lookup.OFF));
    }

    private static StepLayout next(AdaptiveLayouts layouts, LayoutChoice choice) {
        layouts.share(List.of(choice), List.of(), 0);
        return choice.current();
    }

    /** A step that verified a whole draft block. */
    private static void observe(LayoutChoice choice, StepLayout layout, int kept) {
        choice.observe(layout, layout.draftLength() - 1, kept);
    }

    /** Steps that emit so many tokens where drafts are verified, one elsewhere; the layout of the step after them. */
    private static StepLayout drive(AdaptiveLayouts layouts, LayoutChoice choice, int kept, int steps) {
        for (int i = 0; i < steps; i++) {
            StepLayout layout = next(layouts, choice);
            observe(choice, layout, layout.draftLength() == 1 ? 1 : kept);
            layouts.observe(List.of(layout), 0, 0, 100);
        }
        return next(layouts, choice);
    }
}
