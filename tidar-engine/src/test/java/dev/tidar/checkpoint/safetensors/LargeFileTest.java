package dev.tidar.checkpoint.safetensors;

import static dev.tidar.checkpoint.safetensors.SafetensorsBytes.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tidar.tensor.MatrixSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A tensor of 3 GiB")
class LargeFileTest {

    private static final int COLUMNS = 1000;
    private static final int ROWS = 805_306;
    private static final long DATA_BYTES = 4L * ROWS * COLUMNS;

    @TempDir
    Path folder;

    @Test
    void isReadByRowsOnBothSidesOfTheMappingLimitWithoutTakingHeap() throws IOException {
        int lastOfFirstWindow = SafetensorsFile.rowsPerWindow(4L * COLUMNS) - 1;
        Path file = writeSparse(lastOfFirstWindow, lastOfFirstWindow + 1, ROWS - 1);
        long before = allocatedBytes();

        try (SafetensorsFile opened = SafetensorsFile.open(file);
                TensorSet tensors = new TensorSet(folder, List.of(opened))) {
            MatrixSource matrix = tensors.matrix("big", ROWS, COLUMNS);

            assertThat(lastValue(matrix, 0)).isZero();
            assertThat(lastValue(matrix, lastOfFirstWindow)).isEqualTo(lastOfFirstWindow);
            assertThat(lastValue(matrix, lastOfFirstWindow + 1)).isEqualTo(lastOfFirstWindow + 1);
            assertThat(lastValue(matrix, ROWS - 1)).isEqualTo(ROWS - 1);
        }

        assertThat(allocatedBytes() - before).as("bytes allocated for it").isLessThan(64L << 20);
    }

    /** A file whose tensor is zero but for the last value of these rows, which is the number of its row. */
    private Path writeSparse(int... rows) throws IOException {
        Path file = folder.resolve("big.safetensors");
        byte[] header = SafetensorsBytes.file(
                "{" + entry("big", "F32", new long[] {ROWS, COLUMNS}, 0, DATA_BYTES) + "}", new byte[0]);
        try (var out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(header);
            for (int row : rows) {
                out.seek(header.length + 4L * COLUMNS * (row + 1L) - 4);
                out.write(SafetensorsBytes.f32(row));
            }
            out.setLength(header.length + DATA_BYTES);
        }
        return file;
    }

    private static float lastValue(MatrixSource matrix, int row) {
        float[] values = new float[COLUMNS];
        matrix.readRow(row, values);
        return values[COLUMNS - 1];
    }

    private static long allocatedBytes() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
