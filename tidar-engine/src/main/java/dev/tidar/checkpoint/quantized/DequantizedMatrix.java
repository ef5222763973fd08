package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.safetensors.SafetensorsFile;
import dev.tidar.checkpoint.safetensors.StoredGrid;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.util.List;
import java.util.Objects;

/**
 * A quantised matrix as floats, row by row. Codes, scales and zero points stay in their mapped files, so a matrix takes
 * no heap memory but the groups of its columns where the file lists them. Several threads may read it.
 *
 * @param keptAs the type for a device that is to keep what is stored
 * @param files the tensors that it is read from, whose files must not change
 */
record DequantizedMatrix(
        String name, int rows, int columns, DType keptAs, Codes codes, Scales scales, List<StoredGrid> files)
        implements MatrixSource {

    /** The maximum of bytes that are read for a column: with a code of AWQ, its whole word. */
    private static final long COLUMN_BYTES = Integer.BYTES;

    DequantizedMatrix {
        files = List.copyOf(files);
    }

    @Override
    public DType dtype() {
        return DType.F32;
    }

    @Override
    public void readRow(int row, float[] target) {
        Objects.checkIndex(row, rows);
        Objects.checkFromIndexSize(0, columns, target.length);
        if (row % SafetensorsFile.rowsPerCheck(columns * COLUMN_BYTES) == 0) {
            files.forEach(StoredGrid::requireUnchanged);
        }
        codes.read(row, columns, target);
        scales.apply(row, columns, target);
        if (row == rows - 1) {
            files.forEach(StoredGrid::requireUnchanged);
        }
    }

    @Override
    public float readInt8Row(int row, byte[] target) {
        throw new IllegalStateException("%s is dequantised, not I8".formatted(name));
    }
}
