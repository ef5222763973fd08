package dev.tidar.backend.cpu;

import dev.tidar.api.WeightFormat;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Float16;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.MatrixSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Packs layers at load: chooses the element type, stacks or interleaves the rows of several sources, joins their
 * adapters.
 */
public final class MatrixPacker {

    private final WeightFormat format;

    public MatrixPacker(WeightFormat format) {
        this.format = format;
    }

    /** Outputs in list order. */
    public CpuLinear stacked(List<LinearSource> sources) {
        int outputs = 0;
        for (LinearSource source : sources) {
            outputs += source.weight().rows();
        }
        RowOrigin[] rows = new RowOrigin[outputs];
        int next = 0;
        for (int s = 0; s < sources.size(); s++) {
            for (int row = 0; row < sources.get(s).weight().rows(); row++) {
                rows[next++] = new RowOrigin(s, row);
            }
        }
        return pack(sources, rows, outputs);
    }

    /** Panels of the gate and of the up half in turn, so that whoever has a pair of panels can finish its outputs. */
    public CpuLinear gated(LinearSource gate, LinearSource up) {
        int width = gate.weight().rows();
        int panels = (width + PackedMatrix.PANEL - 1) / PackedMatrix.PANEL;
        RowOrigin[] rows = new RowOrigin[2 * panels * PackedMatrix.PANEL];
        Arrays.fill(rows, RowOrigin.ZERO);
        for (int row = 0; row < width; row++) {
            int at = row / PackedMatrix.PANEL * 2 * PackedMatrix.PANEL + row % PackedMatrix.PANEL;
            rows[at] = new RowOrigin(0, row);
            rows[at + PackedMatrix.PANEL] = new RowOrigin(1, row);
        }
        return pack(List.of(gate, up), rows, width);
    }

    private CpuLinear pack(List<LinearSource> sources, RowOrigin[] rows, int outputs) {
        int inputs = sources.get(0).weight().columns();
        PackedMatrix packed = new PackedMatrix(rows.length, inputs, dtype(sources));
        RowWriter writer = new RowWriter(packed);
        for (int row = 0; row < rows.length; row++) {
            if (rows[row] != RowOrigin.ZERO) {
                writer.write(row, sources.get(rows[row].source()).weight(), rows[row].row());
            }
        }
        return new CpuLinear(packed, outputs, bias(sources, rows), DraftAdapter.join(sources, rows, inputs));
    }

    private DType dtype(List<LinearSource> sources) {
        switch (format) {
            case F32:
                return DType.F32;
            case BF16:
                return DType.BF16;
            case INT8:
                return DType.I8;
            default:
                DType first = sources.get(0).weight().dtype();
                boolean same = sources.stream().allMatch(s -> s.weight().dtype() == first);
                return same && first != DType.F16 ? first : DType.F32;
        }
    }

    private static float[] bias(List<LinearSource> sources, RowOrigin[] rows) {
        if (sources.stream().allMatch(s -> s.bias().isEmpty())) {
            return new float[0];
        }
        float[] bias = new float[paddedOutputs(rows)];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] != RowOrigin.ZERO) {
                Optional<float[]> own = sources.get(rows[i].source()).bias();
                bias[i] = own.isPresent() ? own.get()[rows[i].row()] : 0;
            }
        }
        return bias;
    }

    static int paddedOutputs(RowOrigin[] rows) {
        return (rows.length + PackedMatrix.PANEL - 1) / PackedMatrix.PANEL * PackedMatrix.PANEL;
    }

    /** Which row of which source an output is. */
    record RowOrigin(int source, int row) {
        /** Filling between interleaved panels. */
        static final RowOrigin ZERO = new RowOrigin(-1, -1);
    }

    /** Scatters rows into panels, converting on the way. */
    static final class RowWriter {
        private final PackedMatrix packed;
        private final float[] floats;
        private final byte[] bytes;

        RowWriter(PackedMatrix packed) {
            this.packed = packed;
            this.floats = new float[packed.inputs];
            this.bytes = new byte[packed.inputs];
        }

        void write(int row, MatrixSource source, int sourceRow) {
            if (packed.dtype == DType.I8) {
                packed.scales[row] =
                        source.dtype() == DType.I8 ? source.readInt8Row(sourceRow, bytes) : quantise(source, sourceRow);
                scatterInt8(row);
                return;
            }
            source.readRow(sourceRow, floats);
            if (packed.dtype == DType.BF16) {
                scatterBf16(row);
            } else {
                scatterFloats(row);
            }
        }

        void write(int row, float[] values) {
            System.arraycopy(values, 0, floats, 0, packed.inputs);
            scatterFloats(row);
        }

        /** Symmetric: the largest magnitude of the row becomes 127. */
        private float quantise(MatrixSource source, int sourceRow) {
            source.readRow(sourceRow, floats);
            float largest = 0;
            for (int k = 0; k < packed.inputs; k++) {
                largest = Math.max(largest, Math.abs(floats[k]));
            }
            float scale = largest / 127;
            for (int k = 0; k < packed.inputs; k++) {
                bytes[k] = scale == 0 ? 0 : (byte) Math.max(-127, Math.min(127, Math.rint(floats[k] / scale)));
            }
            return scale;
        }

        private void scatterFloats(int row) {
            int panel = row / PackedMatrix.PANEL;
            int at = packed.offset(panel) + row % PackedMatrix.PANEL;
            float[] target = packed.floats(panel);
            for (int k = 0; k < packed.inputs; k++) {
                target[at + k * PackedMatrix.PANEL] = floats[k];
            }
        }

        private void scatterBf16(int row) {
            int panel = row / PackedMatrix.PANEL;
            int column = row % PackedMatrix.PANEL;
            int at = packed.offset(panel) + column % 16;
            int shift = column / 16 * 16;
            int[] target = packed.bf16(panel);
            for (int k = 0; k < packed.inputs; k++) {
                target[at + k * 16] |= (Float16.toBf16(floats[k]) & 0xffff) << shift;
            }
        }

        private void scatterInt8(int row) {
            int panel = row / PackedMatrix.PANEL;
            int at = packed.offset(panel) + row % PackedMatrix.PANEL;
            byte[] target = packed.int8(panel);
            for (int k = 0; k < packed.inputs; k++) {
                target[at + k * PackedMatrix.PANEL] = bytes[k];
            }
        }
    }
}
