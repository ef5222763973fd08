package dev.tidar.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.checkpoint.KeptByLayout;
import dev.tidar.checkpoint.TidarConfig;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.step.GroupWidth;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The layouts that auto considers")
class UsefulLayoutsTest {

    private static final KeptByLayout KEPT =
            ExpectedAcceptanceTest.kept(Map.of(4, 1.86, 8, 1.93), Map.of(2, 1.55, 3, 1.78), Map.of(4, 2.62, 6, 2.72));

    private final UsefulLayouts declared = of(true, KEPT);

    @Test
    void areShortOnesOfEveryLengthFromTheShortestThatTheCheckpointLists() {
        assertThat(declared.singlePass())
                .contains(shortGroups(2, 1, 2), shortGroups(3, 1, 2, 3), shortGroups(4, 1, 2, 3, 4))
                .noneMatch(layout -> layout.draftLength() > 8);
    }

    @Test
    void areAlternatingOnesBecauseTheyHaveTheFewestRows() {
        assertThat(declared.singlePass().get(0).maxRows()).isEqualTo(2);
        assertThat(declared.singlePass()).contains(shortGroups(3), shortGroups(4));
    }

    @Test
    void areFullOnesNoShorterThanTheCheckpointLists() {
        assertThat(declared.singlePass()).anyMatch(layout -> width(layout) == GroupWidth.FULL);
        assertThat(declared.singlePass())
                .filteredOn(layout -> width(layout) == GroupWidth.FULL)
                .allMatch(layout -> layout.draftLength() >= 4);
    }

    @Test
    void areTwoPassesNoShorterThanTheCheckpointLists() {
        assertThat(declared.twoPass()).contains(new TwoPass(4)).doesNotContain(new TwoPass(3));
    }

    @Test
    void areOfTheTrainedBlockAloneWhereTheCheckpointListsNothing() {
        UsefulLayouts useful = of(false, KeptByLayout.NONE);

        assertThat(useful.twoPass()).containsExactly(new TwoPass(8));
        assertThat(useful.singlePass())
                .isNotEmpty()
                .allMatch(layout -> layout.draftLength() == 8 && width(layout) == GroupWidth.FULL);
    }

    @Test
    void areOfTheLengthThatTheOptionsAskFor() {
        UsefulLayouts useful = new UsefulLayouts(new TidarConfig(1, 8, true, KEPT), OptionalInt.of(5));

        assertThat(useful.twoPass()).containsExactly(new TwoPass(5));
        assertThat(useful.singlePass()).allMatch(layout -> layout.draftLength() == 5);
    }

    /** Every forward asks each running sequence about all of them. */
    @Test
    void areFewAndNoneHasMoreRowsForNoMoreTokens() {
        ExpectedAcceptance expected = new ExpectedAcceptance(KEPT);
        List<StepLayout> shortOnes = declared.singlePass().stream()
                .filter(layout -> width(layout) == GroupWidth.SHORT)
                .toList();

        assertThat(declared.singlePass()).hasSizeLessThan(40);
        assertThat(shortOnes).doesNotContain(shortGroups(8, 1, 2, 3, 4, 5, 6, 7));
        for (int i = 1; i < shortOnes.size(); i++) {
            assertThat(shortOnes.get(i).maxRows())
                    .isGreaterThanOrEqualTo(shortOnes.get(i - 1).maxRows());
        }
        assertThat(shortOnes.get(0).tokensPerStep(expected.of(shortOnes.get(0))))
                .isGreaterThan(1.2);
    }

    @Test
    void areSomeEvenWhereNoDraftWasEverAccepted() {
        UsefulLayouts hopeless = of(true, ExpectedAcceptanceTest.kept(Map.of(8, 1.0), Map.of(8, 1.0), Map.of(8, 1.0)));

        assertThat(hopeless.twoPass()).isNotEmpty();
        assertThat(hopeless.singlePass()).isNotEmpty();
    }

    private static UsefulLayouts of(boolean shortGroups, KeptByLayout kept) {
        return new UsefulLayouts(new TidarConfig(1, 8, shortGroups, kept), OptionalInt.empty());
    }

    private static GroupWidth width(StepLayout layout) {
        return ((SinglePass) layout).groups();
    }

    private static StepLayout shortGroups(int k, Integer... kept) {
        return new SinglePass(k, new TreeSet<>(List.of(kept)), GroupWidth.SHORT);
    }
}
