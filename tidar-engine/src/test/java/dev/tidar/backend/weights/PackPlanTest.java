package dev.tidar.backend.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.LinearSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The plan by which layers are packed")
class PackPlanTest {

    @Test
    void stacksOneSourceAfterTheOther() {
        PackPlan plan = PackPlan.stacked(List.of(plain(3), plain(2)));

        assertThat(plan.rows()).isEqualTo(5);
        assertThat(plan.outputs()).isEqualTo(5);
        assertThat(plan.isGated()).isFalse();
        assertThat(plan.packed(0, 2)).isEqualTo(2);
        assertThat(plan.packed(1, 0)).isEqualTo(3);
    }

    @Test
    void interleavesTheHalvesOfAGatedLayerInTurns() {
        PackPlan plan = PackPlan.gated(plain(5), plain(5), 2, 4);

        assertThat(plan.rows()).as("each half rounded up to 8").isEqualTo(16);
        assertThat(plan.outputs()).isEqualTo(5);
        assertThat(plan.isGated()).isTrue();
        assertThat(List.of(0, 1, 2, 3, 4).stream().map(row -> plan.packed(0, row)))
                .containsExactly(0, 1, 4, 5, 8);
        assertThat(List.of(0, 1, 2, 3, 4).stream().map(row -> plan.packed(1, row)))
                .containsExactly(2, 3, 6, 7, 10);
    }

    @Test
    void putsBiasesWhereTheRowsAre() {
        LinearSource biased = new LinearSource(weight(2), Optional.of(new float[] {7, 8}), Optional.empty());

        assertThat(PackPlan.stacked(List.of(plain(1), biased)).bias(4)).hasValue(new float[] {0, 7, 8, 0});
        assertThat(PackPlan.gated(plain(2), biased, 1, 2).bias(4)).hasValue(new float[] {0, 7, 0, 8});
        assertThat(PackPlan.stacked(List.of(plain(1), plain(2))).bias(4)).isEmpty();
    }

    @Test
    void laysTheRanksOfAdaptersSideBySide() {
        PackPlan plan = PackPlan.stacked(List.of(adapted(2, 1, 0.5f), plain(1), adapted(1, 2, 4)));

        PackPlan.JoinedAdapter joined = plan.adapter().orElseThrow();
        PackPlan.AdapterPart second = joined.parts().get(1);
        float[] up = new float[3];
        second.up().readRow(0, up);

        assertThat(joined.ranks()).isEqualTo(3);
        assertThat(second.source()).isEqualTo(2);
        assertThat(second.firstRank()).isEqualTo(1);
        assertThat(up).containsExactly(0, 1, 1);
        assertThat(plan.adapterScales(joined, 5)).containsExactly(0.5f, 0.5f, 0, 4, 0);
        assertThat(PackPlan.stacked(List.of(plain(1))).adapter()).isEmpty();
    }

    private static StoredRows weight(int rows) {
        return ones(rows, 1);
    }

    private static StoredRows ones(int rows, int columns) {
        float[] values = new float[rows * columns];
        Arrays.fill(values, 1);
        return new StoredRows(DType.F32, columns, values);
    }

    private static LinearSource plain(int rows) {
        return LinearSource.of(weight(rows));
    }

    private static LinearSource adapted(int rows, int rank, float scale) {
        LinearSource.Adapter adapter = new LinearSource.Adapter(ones(rank, 1), ones(rows, rank), scale);
        return new LinearSource(weight(rows), Optional.empty(), Optional.of(adapter));
    }
}
