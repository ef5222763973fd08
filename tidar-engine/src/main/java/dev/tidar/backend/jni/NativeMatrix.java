package dev.tidar.backend.jni;

import dev.tidar.tensor.WeightType;

/**
 * A packed matrix {@code [outputs, inputs]} in panels of 32 outputs, the last one filled up with zeros.
 *
 * @param kind {@link NativeKernels#F32} and so on
 * @param panels address of the first panel
 * @param scales address of one factor for each output, {@code [panels * 32]}; 0 where there are none
 */
record NativeMatrix(WeightType type, int kind, int outputs, int inputs, long panels, long scales) {

    /** Outputs of a panel. */
    static final int PANEL = 32;

    int numPanels() {
        return numPanels(outputs);
    }

    static int numPanels(int outputs) {
        return (outputs + PANEL - 1) / PANEL;
    }
}
