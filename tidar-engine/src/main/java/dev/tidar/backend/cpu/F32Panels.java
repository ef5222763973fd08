package dev.tidar.backend.cpu;

import dev.tidar.tensor.WeightType;

/** Panels of floats {@code [inputs, 32]}. */
final class F32Panels extends PackedMatrix {

    private static final float[] NO_SCALES = {};

    private final Storage<float[]> storage;

    F32Panels(int outputs, int inputs) {
        super(outputs, inputs, PANEL);
        this.storage = HeapStorage.of(parts(), part -> new float[partElements(part)]);
    }

    private float[] array(int panel) {
        return storage.part(part(panel));
    }

    @Override
    WeightType type() {
        return WeightType.F32;
    }

    @Override
    RowWriter writer() {
        float[] values = new float[inputs];
        return (row, source, sourceRow) -> {
            source.readRow(sourceRow, values);
            float[] target = array(row / PANEL);
            int at = offset(row / PANEL) + row % PANEL;
            for (int k = 0; k < inputs; k++) {
                target[at + k * PANEL] = values[k];
            }
        };
    }

    @Override
    void readRow(int row, float[] target, int to) {
        float[] floats = array(row / PANEL);
        int at = offset(row / PANEL) + row % PANEL;
        for (int k = 0; k < inputs; k++) {
            target[to + k] = floats[at + k * PANEL];
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
        return array(panel);
    }

    @Override
    int floatsFrom(int panel, int fromInput) {
        return offset(panel) + fromInput * PANEL;
    }
}
