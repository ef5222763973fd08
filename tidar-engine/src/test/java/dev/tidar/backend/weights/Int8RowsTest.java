package dev.tidar.backend.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.tensor.DType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Rows of int8")
class Int8RowsTest {

    private final byte[] row = new byte[3];
    private final Int8Rows rows = new Int8Rows(3);

    @Test
    void areQuantisedSoThatTheLargestMagnitudeBecomes127() {
        assertThat(rows.read(new StoredRows(DType.F32, 3, 9, 9, 9, 0.5f, -2.54f, 0), 1, row))
                .isEqualTo(2.54f / 127);
        assertThat(row).containsExactly(25, -127, 0);
    }

    @Test
    void haveTheScaleZeroIfAllIsZero() {
        assertThat(rows.read(new StoredRows(DType.BF16, 3, 0, 0, 0), 0, row)).isZero();
        assertThat(row).containsOnly(0);
    }

    @Test
    void areTakenAsTheyAreStored() {
        assertThat(rows.read(new StoredRows(DType.I8, 3, 1, -64, 63.5f), 0, row))
                .isEqualTo(0.5f);
        assertThat(row).containsExactly(2, -128, 127);
    }
}
