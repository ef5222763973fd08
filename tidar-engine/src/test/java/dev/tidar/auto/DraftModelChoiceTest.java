package dev.tidar.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Lookup;
import dev.tidar.auto.AdaptiveLayouts.Measured;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.WithDraftModel;
import dev.tidar.draft.DraftPass;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Auto takes the draft model")
class DraftModelChoiceTest {

    private static final StepLayout PAIRS = new WithDraftModel(2);
    private static final StepLayout FOURS = new WithDraftModel(4);

    @Test
    void whereItsForwardsCostLittle() {
        assertThat(next(layouts(10))).isEqualTo(FOURS);
    }

    @Test
    void forFewerDraftsWhereTheyCostMore() {
        assertThat(next(layouts(55))).isEqualTo(PAIRS);
    }

    @Test
    void notWhereItsForwardsTakeWhatTheyBring() {
        AdaptiveLayouts layouts = layouts(80);

        assertThat(layouts.forRequest(Lookup.OFF).usesDraftModel())
                .as("so that it does not even keep up with the prompt")
                .isFalse();
        assertThat(next(layouts)).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    /** The first to draft would pay for the forwards of all. */
    @Test
    void forManySequencesWhereItWouldNotPayForOneOfThem() {
        AdaptiveLayouts layouts = layouts(40);
        List<LayoutChoice> eight =
                Stream.generate(() -> layouts.forRequest(Lookup.OFF)).limit(8).toList();
        layouts.share(eight, List.of(), 0);

        assertThat(eight).extracting(LayoutChoice::current).doesNotContain(StepLayout.AUTOREGRESSIVE);

        List<LayoutChoice> oneOfEight = Stream.concat(
                        eight.stream().limit(1), Stream.generate(() -> LayoutChoice.fixed(StepLayout.AUTOREGRESSIVE)))
                .limit(8)
                .toList();
        layouts.share(oneOfEight, List.of(), 0);
        assertThat(oneOfEight.get(0).current()).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void untilItsDraftsAreRejectedAndThenNotForTheNextRequestEither() {
        AdaptiveLayouts layouts = layouts(10);
        LayoutChoice choice = layouts.forRequest(Lookup.OFF);
        for (int step = 0; step < 30; step++) {
            layouts.share(List.of(choice), List.of(), 0);
            if (choice.current() instanceof WithDraftModel) {
                choice.observe(choice.current(), choice.current().draftLength() - 1, 1);
            }
        }

        assertThat(choice.current()).isEqualTo(StepLayout.AUTOREGRESSIVE);
        assertThat(layouts.forRequest(Lookup.OFF).usesDraftModel()).isFalse();
    }

    @Test
    void untilItsForwardsAreSlowerThanTheyWereMeasured() {
        AdaptiveLayouts layouts = layouts(10);
        layouts.observeDrafting(Collections.nCopies(100, new DraftPass(1, 0, 200)));

        assertThat(next(layouts)).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    @Test
    void notForARequestThatItCannotDraftForAnyMore() {
        AdaptiveLayouts layouts = layouts(10);
        LayoutChoice choice = layouts.forRequest(Lookup.OFF);
        choice.endDraftModel();
        layouts.share(List.of(choice), List.of(), 0);

        assertThat(choice.current()).isEqualTo(StepLayout.AUTOREGRESSIVE);
    }

    /** Drafts from the text spare the forwards of the draft model. */
    @Test
    void andWeighsDraftsFromTheTextAgainstItsTime() {
        AdaptiveLayouts layouts = layouts(10);
        LayoutChoice choice = layouts.forRequest(Lookup.AUTO);
        layouts.share(List.of(choice), List.of(), 0);
        double fours = layouts.times().nanos(4);

        assertThat(choice.batchYield(2)).isEqualTo(2 / (fours + 3 * 10));
        assertThat(choice.batchYield(2, 0)).isEqualTo(2 / fours);
    }

    @Test
    void andReportsItsStepsWithTheTimeOfItsForwards() {
        AdaptiveLayouts.Standing fours = layouts(10).standings().get(2);

        assertThat(fours.layout()).isEqualTo(FOURS);
        assertThat(fours.nanos()).isEqualTo(Math.round(layouts(10).times().nanos(4)) + 3 * 10);
    }

    /** @param draftNanos a forward of the draft model, of up to eight rows; one of the model takes 100 */
    private static AdaptiveLayouts layouts(long draftNanos) {
        return new AdaptiveLayouts(
                new PassTimes(Map.of(1, 100L, 64, 110L), 1),
                Optional.of(new PassTimes(Map.of(1, draftNanos, 8, draftNanos), 1)),
                List.of(
                        new Measured(StepLayout.AUTOREGRESSIVE, 100),
                        new Measured(PAIRS, 100),
                        new Measured(FOURS, 101)),
                ExpectedAcceptance.UNKNOWN);
    }

    private static StepLayout next(AdaptiveLayouts layouts) {
        LayoutChoice choice = layouts.forRequest(Lookup.OFF);
        layouts.share(List.of(choice), List.of(), 0);
        return choice.current();
    }
}
