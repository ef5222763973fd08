package dev.tidar.backend.jni;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.WorkerPool;
import dev.tidar.backend.jni.NativeMemory.Stretch;
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
import java.util.stream.Stream;

/** Packs layers at load, several panels at a time. Confined to the engine thread. */
public final class NativePacker {

    private final NativeMemory memory;
    private final WorkerPool pool;
    private final WeightChoice choice;
    private final boolean roundsActivations;

    /** @param roundsActivations whether int8 weights are multiplied by activations in int8 */
    public NativePacker(NativeMemory memory, WorkerPool pool, WeightFormat format, boolean roundsActivations) {
        this.memory = memory;
        this.pool = pool;
        this.choice = new WeightChoice(format, WeightType.F32);
        this.roundsActivations = roundsActivations;
    }

    /** Packs layers side by side, their outputs in list order. */
    public NativeLinear stacked(List<LinearSource> sources) {
        return pack(PackPlan.stacked(sources));
    }

    /** Packs a gated layer, so that panels of its two halves alternate. */
    public NativeLinear gated(LinearSource gate, LinearSource up) {
        return pack(gatedPlan(gate, up));
    }

    /** The rows of a gated layer as {@link #gated} packs them. */
    public static PackPlan gatedPlan(LinearSource gate, LinearSource up) {
        return PackPlan.gated(gate, up, NativeMatrix.PANEL, NativeMatrix.PANEL);
    }

    /** The type that the sources are packed in. */
    public WeightType type(List<LinearSource> sources) {
        return choice.of(sources);
    }

    /** The bytes that the weights, scales and biases of a layer take. */
    public long weightBytes(PackPlan plan) {
        WeightType type = choice.of(plan.sources());
        long vectors = (long) type.scalesPerRow(plan.inputs())
                + (plan.sources().stream().anyMatch(source -> source.bias().isPresent()) ? 1 : 0);
        return bytes(kind(type), plan.rows(), plan.inputs()) + vectors * padded(plan.rows()) * Float.BYTES;
    }

    /** The bytes that the draft adapter of a layer takes; 0 where it has none. */
    public long adapterBytes(PackPlan plan) {
        return AdapterPlan.of(plan, rounds(choice.of(plan.sources())))
                .map(adapter -> adapter.numDowns() * downBytes(adapter, plan.inputs())
                        + bytes(upKind(adapter.type()), plan.rows(), adapter.rank())
                        + (long) padded(plan.rows()) * Float.BYTES)
                .orElse(0L);
    }

    private long downBytes(AdapterPlan adapter, int inputs) {
        return bytes(kind(adapter.type()), adapter.rank(), inputs)
                + (long) adapter.type().scalesPerRow(inputs) * padded(adapter.rank()) * Float.BYTES;
    }

    private static long bytes(int kind, int rows, int inputs) {
        return NativeMatrix.numPanels(rows) * NativeKernels.panelBytes(kind, inputs);
    }

    private static int padded(int rows) {
        return NativeMatrix.numPanels(rows) * NativeMatrix.PANEL;
    }

    private int kind(WeightType type) {
        return switch (type) {
            case F32 -> NativeKernels.F32;
            case BF16 -> NativeKernels.BF16;
            case INT8 -> roundsActivations ? NativeKernels.INT8_BY_INT8 : NativeKernels.INT8;
        };
    }

    /** The kind of an adapter's second matrix, whose rows are ranks in float. */
    private int upKind(WeightType type) {
        return type == WeightType.INT8 ? NativeKernels.INT8 : kind(type);
    }

    /** Whether weights of a type are multiplied by rounded activations. */
    private boolean rounds(WeightType type) {
        return roundsActivations && type == WeightType.INT8;
    }

    private NativeLinear pack(PackPlan plan) {
        WeightType type = choice.of(plan.sources());
        List<Optional<SourceRow>> rows = SourceRow.none(plan.rows());
        for (int s = 0; s < plan.sources().size(); s++) {
            MatrixSource source = plan.sources().get(s).weight();
            for (int row = 0; row < source.rows(); row++) {
                rows.set(plan.packed(s, row), Optional.of(new SourceRow(source, row)));
            }
        }
        long bias = Constants.copy(memory, plan.bias(padded(plan.rows())).orElse(new float[0]));
        NativeMatrix weights = matrix(type, kind(type), rows, plan.inputs());
        return new NativeLinear(
                weights,
                plan.outputs(),
                bias,
                AdapterPlan.of(plan, rounds(type)).map(adapter -> pack(plan, adapter)));
    }

    private NativeLinear.Adapter pack(PackPlan plan, AdapterPlan adapter) {
        WeightType type = adapter.type();
        List<NativeMatrix> downs = adapter.downs().stream()
                .map(down -> matrix(type, kind(type), down, plan.inputs()))
                .toList();
        float[] rowScales = scales(type, plan.rows(), adapter.rank());
        long panels = panels(type, upKind(type), adapter.up(), adapter.rank(), rowScales);
        NativeMatrix up = new NativeMatrix(type, upKind(type), plan.rows(), adapter.rank(), panels, 0);
        float[] scales = plan.adapterScales(adapter.joined(), padded(plan.rows()), rowScales);
        return new NativeLinear.Adapter(
                downs, Constants.copy(memory, adapter.sources()), up, Constants.copy(memory, scales));
    }

    private NativeMatrix matrix(WeightType type, int kind, List<Optional<SourceRow>> rows, int inputs) {
        float[] scales = scales(type, rows.size(), inputs);
        long panels = panels(type, kind, rows, inputs, scales);
        return new NativeMatrix(type, kind, rows.size(), inputs, panels, Constants.copy(memory, scales));
    }

    private static float[] scales(WeightType type, int rows, int inputs) {
        return new float[type.scalesPerRow(inputs) * padded(rows)];
    }

    /** Packs rows, keeps their scales, and returns the address of the first panel. */
    private long panels(WeightType type, int kind, List<Optional<SourceRow>> rows, int inputs, float[] scales) {
        long panelBytes = NativeKernels.panelBytes(kind, inputs);
        int panels = NativeMatrix.numPanels(rows.size());
        long address = memory.reserveWeights(panels * panelBytes);
        List<Staging> stagings = Stream.generate(() -> staging(type, inputs))
                .limit(pool.threads())
                .toList();
        pool.run(panels, (panel, worker) -> {
            Staging staging = stagings.get(worker);
            stage(staging, panel, rows, scales);
            NativeKernels.packPanel(address + panel * panelBytes, kind, staging.stretch.address(), inputs);
        });
        stagings.forEach(staging -> memory.release(staging.stretch));
        return address;
    }

    /** Brings the rows of a panel together, and keeps their scales. */
    private static void stage(Staging staging, int panel, List<Optional<SourceRow>> rows, float[] scales) {
        for (int n = 0; n < NativeMatrix.PANEL; n++) {
            int row = panel * NativeMatrix.PANEL + n;
            Optional<SourceRow> source = row < rows.size() ? rows.get(row) : Optional.empty();
            float scale = source.isPresent() ? staging.put(n, source.get()) : staging.clear(n);
            if (scales.length > 0) {
                scales[row] = scale;
            }
        }
    }

    private Staging staging(WeightType type, int inputs) {
        Stretch stretch = memory.reserve((long) NativeMatrix.PANEL * type.rowBytes(inputs));
        return switch (type) {
            case F32 -> new FloatStaging(stretch, inputs);
            case BF16 -> new Bf16Staging(stretch, inputs);
            case INT8 -> new Int8Staging(stretch, inputs);
        };
    }

    /** The rows of one panel on their way from a source, {@code [32, inputs]}. */
    private abstract static class Staging {
        final Stretch stretch;
        final ByteBuffer buffer;
        private final byte[] zeros;

        Staging(Stretch stretch) {
            this.stretch = stretch;
            this.buffer = stretch.buffer();
            this.zeros = new byte[Math.toIntExact(stretch.bytes() / NativeMatrix.PANEL)];
        }

        int rowBytes() {
            return zeros.length;
        }

        /** Puts row n, and returns its scale; 1 where the type has none. */
        abstract float put(int n, SourceRow row);

        float clear(int n) {
            buffer.put(n * zeros.length, zeros);
            return 0;
        }
    }

    private static final class FloatStaging extends Staging {
        private final float[] values;

        FloatStaging(Stretch stretch, int inputs) {
            super(stretch);
            values = new float[inputs];
        }

        @Override
        float put(int n, SourceRow row) {
            row.source().readRow(row.row(), values);
            buffer.asFloatBuffer().put(n * values.length, values);
            return 1;
        }
    }

    private static final class Bf16Staging extends Staging {
        private final float[] values;

        Bf16Staging(Stretch stretch, int inputs) {
            super(stretch);
            values = new float[inputs];
        }

        @Override
        float put(int n, SourceRow row) {
            row.source().readRow(row.row(), values);
            for (int k = 0; k < values.length; k++) {
                buffer.putShort(n * rowBytes() + k * Short.BYTES, Float16.toBf16(values[k]));
            }
            return 1;
        }
    }

    private static final class Int8Staging extends Staging {
        private final byte[] values;
        private final Int8Rows rows;

        Int8Staging(Stretch stretch, int inputs) {
            super(stretch);
            values = new byte[inputs];
            rows = new Int8Rows(inputs);
        }

        @Override
        float put(int n, SourceRow row) {
            float scale = rows.read(row.source(), row.row(), values);
            buffer.put(n * values.length, values);
            return scale;
        }
    }
}
