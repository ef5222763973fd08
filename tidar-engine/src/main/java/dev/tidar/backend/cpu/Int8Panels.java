package dev.tidar.backend.cpu;

import dev.tidar.backend.weights.Int8Rows;
import dev.tidar.tensor.WeightType;

/** Panels of bytes {@code [inputs, 32]}, with one scale for each output. */
final class Int8Panels extends PackedMatrix {

    /** Bytes after the last panel of a part that a vector load may touch. */
    static final int SLACK = 8;

    private final Storage<byte[]> storage;
    private final float[] scales;

    Int8Panels(int outputs, int inputs) {
        super(outputs, inputs, PANEL);
        this.storage = HeapStorage.of(parts(), part -> new byte[partElements(part) + SLACK]);
        this.scales = new float[panels * PANEL * type().scalesPerRow(inputs)];
    }

    private byte[] array(int panel) {
        return storage.part(part(panel));
    }

    @Override
    WeightType type() {
        return WeightType.INT8;
    }

    @Override
    RowWriter writer() {
        byte[] values = new byte[inputs];
        Int8Rows rows = new Int8Rows(inputs);
        return (row, source, sourceRow) -> {
            scales[row] = rows.read(source, sourceRow, values);
            byte[] target = array(row / PANEL);
            int at = offset(row / PANEL) + row % PANEL;
            for (int k = 0; k < inputs; k++) {
                target[at + k * PANEL] = values[k];
            }
        };
    }

    @Override
    void readRow(int row, float[] target, int to) {
        byte[] bytes = array(row / PANEL);
        int at = offset(row / PANEL) + row % PANEL;
        for (int k = 0; k < inputs; k++) {
            target[to + k] = bytes[at + k * PANEL] * scales[row];
        }
    }

    @Override
    float[] rowScales() {
        return scales;
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
        kernels.widenPanel(wide, array(panel), offset(panel) + fromInput * PANEL, count);
        return wide;
    }

    @Override
    int floatsFrom(int panel, int fromInput) {
        return 0;
    }
}
