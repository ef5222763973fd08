package dev.tidar.backend.cuda.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidar.sampling.Filters;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.Pass;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The image of a step")
class StepImageTest {

    private static final AttentionShape ATTENTION = new AttentionShape(16, 4);
    private static final RowSampling GREEDY = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);

    @Test
    void hasOneShapeForStepsThatDifferInTheirTokensAlone() {
        StepImage.Shape shape = image(10, 5, GREEDY).shape();

        assertThat(image(20, 7, GREEDY).shape()).isEqualTo(shape);
        assertThat(image(20, 7, filtered(1)).shape()).isNotEqualTo(shape);
        assertThat(image(1000, 5, GREEDY).shape()).as("with more KV blocks").isNotEqualTo(shape);
    }

    @Test
    void holdsAHistoryOnceWhereRowsShareIt() {
        int room = 4096 - 3 * StepSampling.ROW_BYTES;

        assertThat(image(10, 5, filtered(room / 8)).shape().samplingBytes()).isEqualTo(4096);
        assertThat(image(10, 5, filtered(room / 8 + 1)).shape().samplingBytes()).isEqualTo(8192);
    }

    @Test
    void placesRowsTilesAndHowTheyAreSampled() {
        StepImage image = image(10, 5, filtered(1));
        ByteBuffer bytes = ByteBuffer.allocate(image.bytes()).order(ByteOrder.nativeOrder());

        image.write(bytes);

        assertThat(bytes.getInt(StepImage.ROW_BYTES)).as("token of row 1").isEqualTo(6);
        assertThat(bytes.getInt(StepImage.ROW_BYTES + 28)).as("slot of row 1").isEqualTo(11);
        assertThat(bytes.getInt(image.tiles() + 4)).as("rows of the tile").isEqualTo(3);
        assertThat(bytes.getInt(image.sampleRows() + 8)).as("third verify row").isEqualTo(2);
        assertThat(bytes.getLong(image.sampling(Pass.VERIFY))).as("seed").isEqualTo(7);
        assertThat(image.sampling(Pass.DRAFT) - image.sampling()).isEqualTo(3 * StepSampling.ROW_BYTES);
    }

    @Test
    void hasNoTilesWithoutKvBlocks() {
        assertThatIllegalArgumentException().isThrownBy(() -> new AttentionShape(0, 4));
    }

    /** Three verify rows of one sequence. */
    private static StepImage image(int position, int firstToken, RowSampling sampling) {
        var rows = new StepRows.Builder();
        int sequence = rows.sequence(IntStream.range(0, 100).toArray());
        for (int i = 0; i < 3; i++) {
            rows.exact(sequence, firstToken + i, position + i);
        }
        int[] groups = new int[4];
        Arrays.fill(groups, Ids.NONE);
        VerifyPlan plan = new VerifyPlan(0, 3, 0, 0, 1, groups);
        return new StepImage(
                new StepInputs(rows.build(), List.of(plan), Collections.nCopies(3, sampling), List.of()), ATTENTION);
    }

    private static RowSampling filtered(int historyLength) {
        SamplingParams params = new SamplingParams(0.7f, 7, new Filters(0, 0.9, 0, 1));
        int[] ids = IntStream.range(0, historyLength).toArray();
        return RowSampling.draft(params, new TokenCounts(ids, new int[historyLength]));
    }
}
