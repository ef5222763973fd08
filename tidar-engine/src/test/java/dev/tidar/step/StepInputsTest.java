package dev.tidar.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.tensor.Ids;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The samples of a step")
class StepInputsTest {

    private static final int NONE = Ids.NONE;

    @Test
    void areThoseOfTheVerifyRowsAndThenOfAllMasksWhileFewAreSampledInVain() {
        StepInputs inputs = step(3, GroupWidth.SHORT, 1);

        assertThat(inputs.verifyRows()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(inputs.numDrafts()).isZero();
        assertThat(inputs.drafts(
                        inputs.plans().get(0), 2, IntStream.range(50, 59).toArray(), new int[0]))
                .as("the second group")
                .containsExactly(55, 56);
    }

    @Test
    void leaveOutSlot0WhichDraftsNothing() {
        assertThat(step(2, GroupWidth.FULL, 1).verifyRows()).containsExactly(0, 1, NONE, 3, NONE, 5);
    }

    @Test
    void areThoseOfTheVerifyRowsAloneWhereMoreMasksWouldBeSampledInVain() {
        StepInputs inputs = step(4, GroupWidth.SHORT, 1);

        assertThat(inputs.verifyRows()).containsExactly(0, 1, 2, 3);
        assertThat(inputs.numDrafts()).isEqualTo(3);
        assertThat(inputs.drafts(inputs.plans().get(0), 2, new int[4], new int[] {7, 8, 9}))
                .containsExactly(7, 8, 9);
    }

    @Test
    void areThoseOfTheVerifyRowsAloneWhereTheseAreMixedWithMasks() {
        assertThat(step(2, GroupWidth.FULL, 0.5).verifyRows()).containsExactly(0, 1);
    }

    @Test
    void keepTheirPlacesInALargerShape() {
        StepInputs inputs = step(2, GroupWidth.SHORT, 1);
        StepInputs padded = inputs.padded(new StepShape(new RowCounts(4, 4), 2, 8, 0));

        assertThat(inputs.verifyRows()).containsExactly(0, 1, 2, 3);
        assertThat(padded.verifyRows()).containsExactly(0, 1, 4, 5, NONE, NONE, NONE, NONE);
        assertThat(padded.shape()).isEqualTo(new StepShape(new RowCounts(4, 4), 2, 8, 0));
        for (int kept = 1; kept <= 2; kept++) {
            int[] sampled = {10, 11, 12, 13, 14, 15, 16, 17};
            assertThat(padded.drafts(padded.plans().get(0), kept, sampled, new int[0]))
                    .isEqualTo(inputs.drafts(inputs.plans().get(0), kept, sampled, new int[0]))
                    .containsExactly(11 + kept);
        }
    }

    @Test
    void ofMasksStandAfterThoseOfTheVerifyRows() {
        StepInputs good = step(2, GroupWidth.SHORT, 1);

        assertThatThrownBy(() ->
                        new StepInputs(good.rows(), good.plans(), good.verifySamplings(), good.draftSamplings(), 1))
                .hasMessageContaining("masks must be sampled after the 2 verify rows, but from 1 on");
    }

    /** A step of one sequence with K verify rows and a group for each kept count. */
    private static StepInputs step(int k, GroupWidth width, double beta) {
        RowSampling greedy = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);
        List<SequenceStep.Group> groups = IntStream.rangeClosed(1, k)
                .mapToObj(kept -> new SequenceStep.Group(
                        kept, Collections.nCopies(width.rows(k), 9), 4 + kept + width.firstSlot(), 4 + kept))
                .toList();
        var rows = new SequenceStep(Collections.nCopies(k, 5), 4, k, k, groups);
        var sampling = new RowSamplings(Collections.nCopies(k, greedy), Collections.nCopies(k - 1, greedy));
        return new StepInputs.Builder()
                .add(new int[] {0, 1}, rows, beta, sampling)
                .build();
    }
}
