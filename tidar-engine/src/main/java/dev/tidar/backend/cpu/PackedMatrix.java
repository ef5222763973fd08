package dev.tidar.backend.cpu;

import dev.tidar.tensor.MatrixSource;
import dev.tidar.tensor.WeightType;

/**
 * A matrix {@code [outputs, inputs]} packed for products: panels of 32 outputs, each {@code [inputs, 32]}, the last one
 * filled up with zeros. Immutable once packed. There is one class for each {@link WeightType}.
 *
 * <p>The panels are divided into parts, so that each part stays far below the size limit of an array; four panels that
 * start at a multiple of four are in the same part.
 */
abstract sealed class PackedMatrix permits F32Panels, Bf16Panels, Int8Panels {

    static final int PANEL = 32;

    private static final int PART_ELEMENTS = 1 << 24;

    final int outputs;
    final int inputs;
    final int panels;
    /** The number of array elements of one panel. */
    final int panelElements;

    private final int panelsPerPart;

    /** @param elementsPerInput the number of array elements that hold one input of a panel */
    PackedMatrix(int outputs, int inputs, int elementsPerInput) {
        this.outputs = outputs;
        this.inputs = inputs;
        this.panels = panels(outputs);
        this.panelElements = Math.multiplyExact(inputs, elementsPerInput);
        this.panelsPerPart = panelsPerPart(inputs);
    }

    private static int panels(int outputs) {
        return (outputs + PANEL - 1) / PANEL;
    }

    /** The number of outputs, rounded up to whole panels. */
    static int padded(int outputs) {
        return panels(outputs) * PANEL;
    }

    private static int panelsPerPart(int inputs) {
        return Math.max(4, PART_ELEMENTS / (inputs * PANEL) / 4 * 4);
    }

    /** The bytes that a matrix takes on the heap, its scales included. */
    static long heapBytes(WeightType type, int outputs, int inputs, HeapArrays arrays) {
        long panelBytes = (long) PANEL * type.rowBytes(inputs);
        long slack = type == WeightType.INT8 ? Int8Panels.SLACK : 0;
        int full = panels(outputs) / panelsPerPart(inputs);
        int rest = panels(outputs) % panelsPerPart(inputs);
        long scales = (long) panels(outputs) * PANEL * type.scalesPerRow(inputs);
        return full * arrays.bytes(panelsPerPart(inputs) * panelBytes + slack)
                + (rest > 0 ? arrays.bytes(rest * panelBytes + slack) : 0)
                + (scales > 0 ? arrays.floats(scales) : 0);
    }

    /** A matrix of zeros, to be filled by its {@link #writer}. */
    static PackedMatrix zeros(WeightType type, int outputs, int inputs) {
        return switch (type) {
            case F32 -> new F32Panels(outputs, inputs);
            case BF16 -> new Bf16Panels(outputs, inputs);
            case INT8 -> new Int8Panels(outputs, inputs);
        };
    }

    /** The number of parts that the panels take. */
    final int parts() {
        return (panels + panelsPerPart - 1) / panelsPerPart;
    }

    /** The number of array elements of a part. */
    final int partElements(int part) {
        return Math.multiplyExact(Math.min(panelsPerPart, panels - part * panelsPerPart), panelElements);
    }

    /** The part that a panel lies in. */
    final int part(int panel) {
        return panel / panelsPerPart;
    }

    /** Where a panel begins in its part. */
    final int offset(int panel) {
        return panel % panelsPerPart * panelElements;
    }

    abstract WeightType type();

    /** Converts rows of sources and puts them into the panels. */
    @FunctionalInterface
    interface RowWriter {

        /**
         * Puts one row of a source into the panels.
         *
         * @param row the packed row; each is written once
         */
        void write(int row, MatrixSource source, int sourceRow);
    }

    abstract RowWriter writer();

    /** Output {@code row} as floats, as the products see it. */
    abstract void readRow(int row, float[] target, int to);

    /** The factors that finished sums are multiplied by, {@code [panels * 32]}; empty where the kernels need none. */
    abstract float[] rowScales();

    /** See {@link KernelSet#fourPanels(float[], float[], int, int, float[], int)}. */
    abstract void fourPanels(KernelSet kernels, float[] sums, int panel, float[] x);

    /** See {@link KernelSet#tile(int, float[], int, float[], int, float[], int, int)}, over a whole panel. */
    abstract void tile(KernelSet kernels, int rows, float[] sums, int sumsFrom, float[] x, int xFrom, int panel);

    /**
     * Inputs {@code [fromInput, fromInput + count)} of a panel as floats {@code [count, 32]}, without the row scales.
     * They begin at {@link #floatsFrom} of the result.
     *
     * @param wide scratch that may hold the result
     */
    abstract float[] floats(KernelSet kernels, float[] wide, int panel, int fromInput, int count);

    /** Where the result of {@link #floats} begins. */
    abstract int floatsFrom(int panel, int fromInput);
}
