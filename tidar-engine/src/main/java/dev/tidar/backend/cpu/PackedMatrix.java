package dev.tidar.backend.cpu;

import dev.tidar.tensor.DType;
import java.util.Arrays;

/**
 * A matrix {@code [outputs, inputs]} packed for products: panels of 32 outputs, each {@code [inputs, 32]}, the last one
 * filled up with zeros. Immutable once packed.
 *
 * <p>F32 panels are floats. BF16 panels are ints {@code [inputs, 16]} with output n in the low and output n + 16 in the
 * high half, so that widening is one shift or one mask. I8 panels are bytes with one scale for each output. Panels lie
 * in as many arrays as it takes to keep each far below the limit of an array; four panels that start at a multiple of
 * four share one.
 */
final class PackedMatrix {

    static final int PANEL = 32;

    /** Bytes after the last panel that a vector load may touch. */
    static final int SLACK = 8;

    private static final int ARRAY_ELEMENTS = 1 << 24;

    final int outputs;
    final int inputs;
    final int panels;
    final DType dtype;
    /** One for each output, {@code [panels * 32]}; empty unless I8. */
    final float[] scales;

    private final int panelsPerArray;
    private final Object[] arrays;

    PackedMatrix(int outputs, int inputs, DType dtype) {
        this.outputs = outputs;
        this.inputs = inputs;
        this.dtype = dtype;
        this.panels = (outputs + PANEL - 1) / PANEL;
        this.panelsPerArray = Math.max(4, ARRAY_ELEMENTS / (inputs * PANEL) / 4 * 4);
        this.scales = dtype == DType.I8 ? new float[panels * PANEL] : new float[0];
        this.arrays = new Object[(panels + panelsPerArray - 1) / panelsPerArray];
        Arrays.setAll(arrays, i -> newArray(Math.min(panelsPerArray, panels - i * panelsPerArray)));
    }

    private Object newArray(int count) {
        int elements = Math.multiplyExact(count, panelElements());
        switch (dtype) {
            case F32:
                return new float[elements];
            case BF16:
                return new int[elements];
            case I8:
                return new byte[elements + SLACK];
            default:
                throw new IllegalArgumentException("packed dtype must be F32, BF16 or I8, but is " + dtype);
        }
    }

    /** Array elements of one panel. */
    int panelElements() {
        return Math.multiplyExact(inputs, dtype == DType.BF16 ? PANEL / 2 : PANEL);
    }

    /** Where a panel begins in its array. */
    int offset(int panel) {
        return panel % panelsPerArray * panelElements();
    }

    float[] floats(int panel) {
        return (float[]) arrays[panel / panelsPerArray];
    }

    int[] bf16(int panel) {
        return (int[]) arrays[panel / panelsPerArray];
    }

    byte[] int8(int panel) {
        return (byte[]) arrays[panel / panelsPerArray];
    }

    /** Output {@code row} as floats, as the products see it. */
    void readRow(int row, float[] target, int to) {
        int panel = row / PANEL;
        int column = row % PANEL;
        int at = offset(panel);
        switch (dtype) {
            case F32:
                float[] floats = floats(panel);
                for (int k = 0; k < inputs; k++) {
                    target[to + k] = floats[at + k * PANEL + column];
                }
                break;
            case BF16:
                int[] pairs = bf16(panel);
                int shift = column < 16 ? 16 : 0;
                for (int k = 0; k < inputs; k++) {
                    target[to + k] = Float.intBitsToFloat(pairs[at + k * 16 + column % 16] << shift & 0xffff0000);
                }
                break;
            default:
                byte[] bytes = int8(panel);
                for (int k = 0; k < inputs; k++) {
                    target[to + k] = bytes[at + k * PANEL + column] * scales[row];
                }
        }
    }
}
