package dev.tidar.benchmark;

import dev.tidar.backend.Backend;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.step.RowCounts;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.Tensor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code java -jar benchmarks/target/jmh/tidar-jmh.jar LinearBenchmark}, with for example {@code -p weights=INT8 -p rows=1,20 -f 5}.
 *
 * <p>Time of the verb {@code linear} in microseconds, on all processors. The shapes are those of SmolLM2-135M: the gate of its
 * MLP, the way back, and the head. The rows are those of an autoregressive step (1), the two passes and the single pass at
 * draft length 4 (4, 20), and the same at 8 (8, 72). The weights are taken in turn from enough copies that they come from
 * memory, as in a model, and not from a cache. 2 * rows * inputs * outputs / time is the rate in FLOP/s.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1) // each row count has a kernel of its own to compile
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xms4g", "-Xmx4g"})
public class LinearBenchmark {

    private static final long STREAMED_BYTES = 80L << 20;

    /** Inputs and outputs of the layer. */
    @Param({"576x1536", "1536x576", "576x49152"})
    public String shape = "";

    @Param({"1", "4", "8", "20", "72"})
    public int rows;

    @Param({"F32", "BF16", "INT8"})
    public WeightFormat weights = WeightFormat.F32;

    @Param({"vector", "plain"})
    public String kernels = "";

    private Backend backend;
    private Linear[] copies;
    private Tensor x;
    private Tensor y;
    private RowCounts counts;
    private int next;

    @Setup(Level.Trial)
    public void load() {
        String[] sides = shape.split("x");
        int inputs = Integer.parseInt(sides[0]);
        int outputs = Integer.parseInt(sides[1]);
        KernelChoice choice = kernels.equals("vector") ? KernelChoice.vector() : KernelChoice.plain();
        backend = Backend.onCpu(weights, Runtime.getRuntime().availableProcessors(), choice);
        copies = new Linear[copies(inputs, outputs)];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = backend.linear(List.of(LinearSource.of(new RandomMatrix(outputs, inputs))));
        }
        x = backend.allocate(rows, inputs);
        y = backend.allocate(rows, outputs);
        counts = new RowCounts(rows, 0);
        fill(x, inputs);
    }

    @Benchmark
    public Tensor linear() {
        backend.linear(y, x, copies[next], counts);
        next = next + 1 == copies.length ? 0 : next + 1;
        return y;
    }

    @TearDown(Level.Trial)
    public void close() {
        backend.close();
    }

    private int copies(int inputs, int outputs) {
        Linear linear = backend.linear(List.of(LinearSource.of(new RandomMatrix(outputs, inputs))));
        return (int) Math.max(1, STREAMED_BYTES / ((long) outputs * linear.type().rowBytes(inputs)));
    }

    /** Activations come from an embedding, the one verb that writes rows from outside. */
    private void fill(Tensor activations, int columns) {
        Linear table = backend.linear(List.of(LinearSource.of(new RandomMatrix(rows, columns))));
        var step = new StepRows.Builder();
        int sequence = step.sequence(new int[] {0});
        for (int row = 0; row < rows; row++) {
            step.exact(sequence, row, row);
        }
        backend.embed(activations, table, 1, step.build());
    }
}
