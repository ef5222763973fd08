package dev.tidar.backend.cuda;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.backend.cuda.memory.CudaLinear;
import dev.tidar.backend.cuda.memory.CudaMatrix;
import dev.tidar.backend.weights.Int8Rows;
import dev.tidar.backend.weights.PackPlan;
import dev.tidar.backend.weights.WeightChoice;
import dev.tidar.tensor.Float16;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.MatrixSource;
import dev.tidar.tensor.WeightType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Copies layers to the device at load: rows go through the staging buffers in the type that the device stores, and a
 * kernel puts them into tiles. Confined to the engine thread.
 */
public final class WeightPacker {

    /** How the rows of a source are placed among the packed rows, with the numbers that the pack kernels use. */
    private enum Turn {
        ALL(0),
        GATE(1),
        UP(2);

        private final int number;

        Turn(int number) {
            this.number = number;
        }
    }

    /** The number of consecutive packed rows that come from one half of a gated layer. */
    private static final int TURN = 8;

    private static final int PACK_THREADS = 128;

    private final WeightChoice choice;
    private final CudaDevice device;

    WeightPacker(WeightFormat format, CudaDevice device, Arithmetic arithmetic) {
        this.choice = new WeightChoice(format, arithmetic == Arithmetic.FAST ? WeightType.BF16 : WeightType.F32);
        this.device = device;
    }

    /** Packs layers side by side, their outputs in list order. */
    public CudaLinear stacked(List<LinearSource> sources) {
        return pack(PackPlan.stacked(sources));
    }

    /**
     * Packs a gated layer: 8 rows of the gate and 8 rows of the up half alternate, and each half is rounded up to half
     * a tile.
     */
    public CudaLinear gated(LinearSource gate, LinearSource up) {
        return pack(gatedPlan(gate, up));
    }

    /** The rows of a gated layer as {@link #gated} packs them. */
    public PackPlan gatedPlan(LinearSource gate, LinearSource up) {
        return PackPlan.gated(gate, up, TURN, CudaMatrix.TILE / 2);
    }

    /** The type that the sources are packed in. */
    public WeightType type(List<LinearSource> sources) {
        return choice.of(sources);
    }

    /** The bytes that the weights, scales and biases of a layer take. */
    public long weightBytes(PackPlan plan) {
        WeightType type = type(plan.sources());
        boolean biased =
                plan.sources().stream().anyMatch(source -> source.bias().isPresent());
        int floats = type.scalesPerRow(plan.inputs()) + (biased ? 1 : 0);
        return CudaMatrix.bytes(type, plan.rows(), plan.inputs()) + (long) floats * padded(plan) * Float.BYTES;
    }

    /** The bytes that the draft adapter of a layer takes, packed; 0 where it has none. */
    public long adapterBytes(PackPlan plan) {
        int ranks = plan.ranks();
        if (ranks == 0) {
            return 0;
        }
        return CudaMatrix.bytes(choice.widest(), ranks, plan.inputs())
                + CudaMatrix.bytes(choice.widest(), plan.rows(), ranks)
                + (long) padded(plan) * Float.BYTES;
    }

    private static int padded(PackPlan plan) {
        return CudaMatrix.roundUp(plan.rows(), CudaMatrix.TILE);
    }

    private CudaLinear pack(PackPlan plan) {
        WeightType type = choice.of(plan.sources());
        Region weights = device.memory().allocateZeros(CudaMatrix.bytes(type, plan.rows(), plan.inputs()), "weights");
        int padded = padded(plan);
        float[] scales = new float[padded * type.scalesPerRow(plan.inputs())];
        for (int source = 0; source < plan.sources().size(); source++) {
            Placement place = place(plan, source);
            send(weights, type, plan.sources().get(source).weight(), place, new Scales(scales, plan, source));
        }
        CudaMatrix matrix = new CudaMatrix(weights, upload(scales, "scales"), type, plan.rows(), plan.inputs());
        Optional<Region> bias = plan.bias(padded).map(values -> device.upload(values, "a bias"));
        Optional<CudaLinear.Adapter> adapter = plan.adapter().map(joined -> adapter(plan, joined, padded));
        return new CudaLinear(matrix, plan.outputs(), plan.isGated(), bias, adapter);
    }

    /**
     * Where a pack kernel puts the rows of a source.
     *
     * @param first the packed row of its first row; 0 where halves take turns
     */
    private record Placement(int first, Turn turn) {}

    private static Placement place(PackPlan plan, int source) {
        if (plan.isGated()) {
            return new Placement(0, source == 0 ? Turn.GATE : Turn.UP);
        }
        return new Placement(plan.packed(source, 0), Turn.ALL);
    }

    /** Where the scales of the rows of a source go. */
    private record Scales(float[] values, PackPlan plan, int source) {

        void put(int row, float scale) {
            values[plan.packed(source, row)] = scale;
        }
    }

    private void send(Region weights, WeightType type, MatrixSource source, Placement place, Scales scales) {
        RowWriter writer = new RowWriter(source, type, scales);
        int chunk = device.staging().capacity() / type.rowBytes(source.columns()) / TURN * TURN;
        if (chunk == 0) {
            throw new IllegalArgumentException("%s has rows of %d elements, which is more than can be copied at a time"
                    .formatted(source.name(), source.columns()));
        }
        for (int from = 0; from < source.rows(); from += chunk) {
            int count = Math.min(chunk, source.rows() - from);
            ByteBuffer buffer = device.staging().buffer();
            for (int row = from; row < from + count; row++) {
                buffer.position(writer.write(buffer, row));
            }
            device.staging().land();
            tile(weights, type, source.columns(), count, place.first + from, place.turn);
        }
    }

    private void tile(Region weights, WeightType type, int columns, int count, int firstPacked, Turn turn) {
        String name = new CudaMatrix(weights, Optional.empty(), type, count, columns).typeName();
        device.launch(
                "pack_" + name,
                Grid.of(count, PACK_THREADS),
                weights.address(),
                device.staging().landing(),
                count,
                columns,
                firstPacked,
                turn.number);
    }

    private CudaLinear.Adapter adapter(PackPlan plan, PackPlan.JoinedAdapter joined, int padded) {
        WeightType type = choice.widest();
        int ranks = joined.ranks();
        Region down = device.memory().allocateZeros(CudaMatrix.bytes(type, ranks, plan.inputs()), "an adapter");
        Region up = device.memory().allocateZeros(CudaMatrix.bytes(type, plan.rows(), ranks), "an adapter");
        float[] scales = plan.adapterScales(joined, padded);
        for (PackPlan.AdapterPart part : joined.parts()) {
            Scales none = new Scales(new float[0], plan, part.source());
            send(down, type, part.down(), new Placement(part.firstRank(), Turn.ALL), none);
            send(up, type, part.up(), place(plan, part.source()), none);
        }
        return new CudaLinear.Adapter(
                new CudaMatrix(down, Optional.empty(), type, ranks, plan.inputs()),
                new CudaMatrix(up, upload(scales, "scales"), type, plan.rows(), ranks));
    }

    private Optional<Region> upload(float[] values, String use) {
        if (values.length == 0) {
            return Optional.empty();
        }
        return Optional.of(device.upload(values, use));
    }

    /** Writes rows in the type that the device stores. */
    private static final class RowWriter {
        private final MatrixSource source;
        private final WeightType type;
        private final Scales scales;
        private final float[] floats;
        private final byte[] bytes;
        private final Int8Rows int8;

        RowWriter(MatrixSource source, WeightType type, Scales scales) {
            this.source = source;
            this.type = type;
            this.scales = scales;
            this.floats = new float[source.columns()];
            this.bytes = new byte[source.columns()];
            this.int8 = new Int8Rows(source.columns());
        }

        /** Writes a row at the buffer's position, and returns the position after it. */
        int write(ByteBuffer to, int row) {
            return switch (type) {
                case F32 -> writeF32(to, row);
                case BF16 -> writeBf16(to, row);
                case INT8 -> writeInt8(to, row);
            };
        }

        private int writeF32(ByteBuffer to, int row) {
            source.readRow(row, floats);
            to.asFloatBuffer().put(floats);
            return to.position() + floats.length * Float.BYTES;
        }

        private int writeBf16(ByteBuffer to, int row) {
            source.readRow(row, floats);
            for (float value : floats) {
                to.putShort(Float16.toBf16(value));
            }
            return to.position();
        }

        private int writeInt8(ByteBuffer to, int row) {
            scales.put(row, int8.read(source, row, bytes));
            return to.put(bytes).position();
        }
    }
}
