package dev.tidar.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tidar.checkpoint.KeptByLayout;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.step.GroupWidth;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The acceptance that a checkpoint lets expect")
class ExpectedAcceptanceTest {

    private final ExpectedAcceptance expected =
            new ExpectedAcceptance(kept(Map.of(4, 1.86, 8, 1.93), Map.of(2, 1.55), Map.of(4, 2.62)));

    @Test
    void givesTheKeptCountsThatItLists() {
        assertThat(tokens(full(4))).isCloseTo(1.86, within(1e-4));
        assertThat(tokens(full(8))).isCloseTo(1.93, within(1e-4));
        assertThat(tokens(shortGroups(2))).isCloseTo(1.55, within(1e-4));
        assertThat(tokens(new TwoPass(4))).isCloseTo(2.62, within(1e-4));
    }

    @Test
    void liesBetweenThoseOfTheListedLengthsAndIsThatOfTheNearestBeyondThem() {
        assertThat(expected.of(full(6))).isCloseTo((expected.of(full(4)) + expected.of(full(8))) / 2, within(1e-9));
        assertThat(expected.of(full(2))).isEqualTo(expected.of(full(4)));
        assertThat(expected.of(shortGroups(7))).isEqualTo(expected.of(shortGroups(2)));
    }

    @Test
    void isThatOfTheOtherWidthOfGroupsWhereOneIsNotListed() {
        ExpectedAcceptance other = new ExpectedAcceptance(kept(Map.of(4, 1.86), Map.of(), Map.of()));

        assertThat(other.of(shortGroups(4))).isEqualTo(other.of(full(4)));
        assertThat(other.isListed(shortGroups(4))).isTrue();
        assertThat(other.isListed(new TwoPass(4))).isFalse();
    }

    @Test
    void isAGuessThatTriesEverythingWhereNothingIsListed() {
        assertThat(ExpectedAcceptance.UNKNOWN.of(full(4))).isEqualTo(0.75);
        assertThat(ExpectedAcceptance.UNKNOWN.isListed(full(4))).isFalse();
    }

    private double tokens(StepLayout layout) {
        return layout.tokensPerStep(expected.of(layout));
    }

    static KeptByLayout kept(
            Map<Integer, Double> singlePass, Map<Integer, Double> shortGroups, Map<Integer, Double> twoPass) {
        return new KeptByLayout(new TreeMap<>(singlePass), new TreeMap<>(shortGroups), new TreeMap<>(twoPass));
    }

    private static StepLayout full(int k) {
        return new SinglePass(k, StepLayout.allOutcomes(k));
    }

    private static StepLayout shortGroups(int k) {
        return new SinglePass(k, StepLayout.allOutcomes(k), GroupWidth.SHORT);
    }
}
