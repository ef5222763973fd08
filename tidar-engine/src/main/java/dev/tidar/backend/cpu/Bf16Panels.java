package dev.tidar.backend.cpu;

import dev.tidar.tensor.Float16;
import dev.tidar.tensor.WeightType;

/**
 * Panels of bfloat16 pairs, ints {@code [inputs, 16]}: output n in the low and output n + 16 in the high half, so that
 * widening is one shift or one mask.
 */
final class Bf16Panels extends PackedMatrix {

    private static final int PAIRS = PANEL / 2;
    private static final float[] NO_SCALES = {};

    private final Storage<int[]> storage;

    Bf16Panels(int outputs, int inputs) {
        super(outputs, inputs, PAIRS);
        this.storage = HeapStorage.of(parts(), part -> new int[partElements(part)]);
    }

    private int[] array(int panel) {
        return storage.part(part(panel));
    }

    @Override
    WeightType type() {
        return WeightType.BF16;
    }

    @Override
    RowWriter writer() {
        float[] values = new float[inputs];
        return (row, source, sourceRow) -> {
            source.readRow(sourceRow, values);
            int column = row % PANEL;
            int[] target = array(row / PANEL);
            int at = offset(row / PANEL) + column % PAIRS;
            int shift = column / PAIRS * Short.SIZE;
            for (int k = 0; k < inputs; k++) {
                target[at + k * PAIRS] |= (Float16.toBf16(values[k]) & 0xffff) << shift;
            }
        };
    }

    @Override
    void readRow(int row, float[] target, int to) {
        int column = row % PANEL;
        int[] pairs = array(row / PANEL);
        int at = offset(row / PANEL) + column % PAIRS;
        int shift = column < PAIRS ? Short.SIZE : 0;
        for (int k = 0; k < inputs; k++) {
            target[to + k] = Float.intBitsToFloat(pairs[at + k * PAIRS] << shift & 0xffff0000);
        }
    }

    @Override
    float[] rowScales() {
        return NO_SCALES;
    }

    @Override
    void fourPanels(KernelSet kernels, float[] sums, int panel, float[] x) {
        kernels.fourPanels(sums, array(panel), offset(panel), panelElements, x, inputs);
    }

    @Override
    void tile(KernelSet kernels, int rows, float[] sums, int sumsFrom, float[] x, int xFrom, int panel) {
        kernels.tile(rows, sums, sumsFrom, x, xFrom, array(panel), offset(panel), inputs);
    }

    @Override
    float[] floats(KernelSet kernels, float[] wide, int panel, int fromInput, int count) {
        kernels.widenPanel(wide, array(panel), offset(panel) + fromInput * PAIRS, count);
        return wide;
    }

    @Override
    int floatsFrom(int panel, int fromInput) {
        return 0;
    }
}
