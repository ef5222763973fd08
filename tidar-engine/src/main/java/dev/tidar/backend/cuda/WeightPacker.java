package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.backend.cuda.memory.CudaLinear;
import dev.tidar.backend.cuda.memory.CudaMatrix;
import dev.tidar.api.WeightFormat;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Float16;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.MatrixSource;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Brings layers to the device at load: rows go through the staging buffers as they are stored, a kernel puts them into
 * tiles. Confined to the engine thread.
 */
public final class WeightPacker {

    /** How the rows of a source lie among the packed rows, as the pack kernels number it. */
    private enum Turn {
        ALL(0),
        GATE(1),
        UP(2);

        private final int number;

        Turn(int number) {
            this.number = number;
        }
    }

    private static final int TURN = 8;
    private static final int PACK_THREADS = 128;

    private final WeightFormat format;
    private final CudaDevice device;
    /** How an adapter is held, and weights that are no integers. */
    private final DType widest;

    WeightPacker(WeightFormat format, CudaDevice device, Arithmetic arithmetic) {
        this.format = format;
        this.device = device;
        this.widest = arithmetic == Arithmetic.FAST ? DType.BF16 : DType.F32;
    }

    /** Outputs in list order. */
    public CudaLinear stacked(List<LinearSource> sources) {
        int outputs = sources.stream().mapToInt(s -> s.weight().rows()).sum();
        return pack(sources, outputs, false);
    }

    /** Rows of the gate and of the up half in turns of 8; the width is rounded up to 32. */
    public CudaLinear gated(LinearSource gate, LinearSource up) {
        return pack(List.of(gate, up), gate.weight().rows(), true);
    }

    private CudaLinear pack(List<LinearSource> sources, int outputs, boolean gated) {
        int inputs = sources.get(0).weight().columns();
        int rows = gated ? 2 * CudaMatrix.roundUp(outputs, CudaMatrix.TILE / 2) : outputs;
        DType dtype = dtype(sources);
        float[] scales = new float[dtype == DType.I8 ? CudaMatrix.roundUp(rows, CudaMatrix.TILE) : 0];
        Region weights = device.memory().allocateZeros(CudaMatrix.bytes(dtype, rows, inputs), "weights");
        Placement place = new Placement(gated);
        for (LinearSource source : sources) {
            send(weights, dtype, source.weight(), place, scales);
            place.next(source.weight().rows());
        }
        CudaMatrix matrix = new CudaMatrix(weights, upload(scales, "scales"), dtype, rows, inputs);
        return new CudaLinear(matrix, outputs, gated, bias(sources, matrix, gated), adapter(sources, matrix, gated));
    }

    /** As the sources have it, unless a format is asked for; the widest type where they differ. */
    private DType dtype(List<LinearSource> sources) {
        switch (format) {
            case F32:
                return widest;
            case BF16:
                return DType.BF16;
            case INT8:
                return DType.I8;
            default:
                DType first = sources.get(0).weight().dtype();
                boolean same = sources.stream().allMatch(s -> s.weight().dtype() == first);
                return same && first != DType.F16 && first != DType.F32 ? first : widest;
        }
    }

    /** Where the rows of the sources go, one source after the other. */
    private static final class Placement {
        private final boolean gated;
        private int first;
        private Turn turn;

        Placement(boolean gated) {
            this.gated = gated;
            this.turn = gated ? Turn.GATE : Turn.ALL;
        }

        void next(int rows) {
            if (gated) {
                turn = Turn.UP;
            } else {
                first += rows;
            }
        }

        /** The packed row of a row of the current source. */
        int packed(int row) {
            return switch (turn) {
                case ALL -> first + row;
                case GATE -> row / TURN * 2 * TURN + row % TURN;
                case UP -> row / TURN * 2 * TURN + TURN + row % TURN;
            };
        }
    }

    private void send(Region weights, DType dtype, MatrixSource source, Placement place, float[] scales) {
        RowWriter writer = new RowWriter(source, dtype);
        int chunk = device.staging().capacity() / (source.columns() * dtype.bytes()) / TURN * TURN;
        if (chunk == 0) {
            throw new IllegalArgumentException("%s has rows of %d elements, which is more than can be copied at a time"
                    .formatted(source.name(), source.columns()));
        }
        for (int from = 0; from < source.rows(); from += chunk) {
            int count = Math.min(chunk, source.rows() - from);
            ByteBuffer buffer = device.staging().buffer();
            for (int row = from; row < from + count; row++) {
                float scale = writer.write(buffer, row);
                if (dtype == DType.I8) {
                    scales[place.packed(row)] = scale;
                }
            }
            device.staging().land();
            tile(weights, dtype, source.columns(), count, place.first + from, place.turn);
        }
    }

    private void tile(Region weights, DType dtype, int columns, int count, int firstPacked, Turn turn) {
        String type = new CudaMatrix(weights, Optional.empty(), dtype, count, columns).typeName();
        device.launch(
                "pack_" + type,
                Grid.of(count, PACK_THREADS),
                weights.address(),
                device.staging().landing(),
                count,
                columns,
                firstPacked,
                turn.number);
    }

    private Optional<Region> bias(List<LinearSource> sources, CudaMatrix matrix, boolean gated) {
        if (sources.stream().allMatch(s -> s.bias().isEmpty())) {
            return Optional.empty();
        }
        float[] bias = new float[matrix.paddedRows()];
        Placement place = new Placement(gated);
        for (LinearSource source : sources) {
            int rows = source.weight().rows();
            source.bias().ifPresent(values -> {
                for (int row = 0; row < rows; row++) {
                    bias[place.packed(row)] = values[row];
                }
            });
            place.next(rows);
        }
        return upload(bias, "a bias");
    }

    /** Ranks of the sources lie side by side; an output has zeros where the ranks are another source's. */
    private Optional<CudaLinear.Adapter> adapter(List<LinearSource> sources, CudaMatrix matrix, boolean gated) {
        int ranks = sources.stream()
                .mapToInt(s -> s.adapter().map(a -> a.a().rows()).orElse(0))
                .sum();
        if (ranks == 0) {
            return Optional.empty();
        }
        Region down = device.memory().allocateZeros(CudaMatrix.bytes(widest, ranks, matrix.columns()), "an adapter");
        Region up = device.memory().allocateZeros(CudaMatrix.bytes(widest, matrix.rows(), ranks), "an adapter");
        float[] scales = new float[matrix.paddedRows()];
        Placement outputs = new Placement(gated);
        Placement toDown = new Placement(false);
        for (LinearSource source : sources) {
            if (source.adapter().isPresent()) {
                LinearSource.Adapter own = source.adapter().get();
                send(down, widest, own.a(), toDown, scales);
                send(up, widest, new Widened(own.b(), ranks, toDown.first), outputs, scales);
                for (int row = 0; row < own.b().rows(); row++) {
                    scales[outputs.packed(row)] = own.scale();
                }
                toDown.next(own.a().rows());
            }
            outputs.next(source.weight().rows());
        }
        return Optional.of(new CudaLinear.Adapter(
                new CudaMatrix(down, Optional.empty(), widest, ranks, matrix.columns()),
                new CudaMatrix(up, upload(scales, "scales"), widest, matrix.rows(), ranks)));
    }

    private Optional<Region> upload(float[] values, String use) {
        if (values.length == 0) {
            return Optional.empty();
        }
        return Optional.of(device.upload(values, use));
    }

    /** The up matrix of one source with zeros around its own ranks. */
    private record Widened(MatrixSource narrow, int columns, int firstColumn) implements MatrixSource {

        @Override
        public String name() {
            return narrow.name();
        }

        @Override
        public int rows() {
            return narrow.rows();
        }

        @Override
        public DType dtype() {
            return DType.F32;
        }

        @Override
        public void readRow(int row, float[] target) {
            float[] own = new float[narrow.columns()];
            narrow.readRow(row, own);
            Arrays.fill(target, 0, columns, 0);
            System.arraycopy(own, 0, target, firstColumn, own.length);
        }

        @Override
        public float readInt8Row(int row, byte[] target) {
            throw new IllegalStateException("not int8");
        }
    }

    /** Writes rows in the type that the device holds. */
    private static final class RowWriter {
        private final MatrixSource source;
        private final DType dtype;
        private final float[] floats;
        private final byte[] bytes;

        RowWriter(MatrixSource source, DType dtype) {
            this.source = source;
            this.dtype = dtype;
            this.floats = new float[source.columns()];
            this.bytes = new byte[source.columns()];
        }

        /** @return the scale of an int8 row; without meaning for other types */
        float write(ByteBuffer to, int row) {
            if (dtype == DType.I8) {
                float scale = source.dtype() == DType.I8 ? source.readInt8Row(row, bytes) : quantise(row);
                to.put(bytes);
                return scale;
            }
            source.readRow(row, floats);
            if (dtype == DType.BF16) {
                for (float value : floats) {
                    to.putShort(Float16.toBf16(value));
                }
            } else {
                to.asFloatBuffer().put(floats);
                to.position(to.position() + floats.length * Float.BYTES);
            }
            return 1;
        }

        /** Symmetric: the largest magnitude of the row becomes 127, as on the CPU. */
        private float quantise(int row) {
            source.readRow(row, floats);
            float largest = 0;
            for (float value : floats) {
                largest = Math.max(largest, Math.abs(value));
            }
            float scale = largest / 127;
            for (int k = 0; k < floats.length; k++) {
                bytes[k] = scale == 0 ? 0 : (byte) Math.max(-127, Math.min(127, Math.rint(floats[k] / scale)));
            }
            return scale;
        }
    }
}
