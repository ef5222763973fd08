package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.EmulatedGpu;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.Pass;
import dev.tidar.step.RowCounts;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.Rotation;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.Window;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The tensor cores beside the CPU. A product's inputs and weights are rounded to bfloat16, each by 2^-9 of itself at
 * most, so a sum may be off by 2^-8 of the sum of magnitudes, and by the rounding of its chain.
 */
@EmulatedGpuTest
@DisplayName("Fast arithmetic on the emulated GPU")
class CudaFastTest {

    private static final double ROUNDING = 0x1.1p-8;

    private final SplittableRandom random = new SplittableRandom(BackendFixture.SEED);
    private final Backend gpu = Backend.onGpu(WeightFormat.AUTO, Arithmetic.FAST, EmulatedGpu.gpu());
    private final Backend cpu = Backend.onCpu(WeightFormat.AUTO, 1, KernelChoice.plain());

    @AfterEach
    void close() {
        gpu.close();
        cpu.close();
    }

    @ParameterizedTest(name = "{0} [{1}, {2}], {3} rows")
    @CsvSource({
        "BF16, 64, 64, 1",
        "BF16, 200, 100, 7",
        "BF16, 130, 576, 17",
        "BF16, 96, 1536, 72",
        "I8, 65, 100, 1",
        "I8, 128, 600, 33",
        "I8, 320, 128, 130",
        "F32, 70, 90, 145",
        "F32, 70, 90, 272"
    })
    void multipliesWithinTheRoundingOfItsInputs(DType dtype, int outputs, int inputs, int rows) {
        Matrix w = Matrix.random(random, outputs, inputs, dtype);
        Matrix x = Matrix.random(random, rows, inputs, DType.F32);
        float[] bias = Matrix.random(random, 1, outputs, DType.F32).values();
        LinearSource source = new LinearSource(w, Optional.of(bias), Optional.empty());

        float[] actual = multiply(gpu, source, x);
        float[] expected = multiply(cpu, source, x);

        for (int r = 0; r < rows; r++) {
            for (int n = 0; n < outputs; n++) {
                double magnitudes = Math.abs(bias[n]);
                for (int k = 0; k < inputs; k++) {
                    magnitudes += Math.abs(x.at(r, k) * w.at(n, k));
                }
                assertThat(Math.abs(actual[r * outputs + n] - expected[r * outputs + n]))
                        .as("y[%d, %d]", r, n)
                        .isLessThanOrEqualTo((float) (ROUNDING * magnitudes));
            }
        }
    }

    private static float[] multiply(Backend backend, LinearSource source, Matrix x) {
        Tensor in = tensor(backend, x);
        Tensor y = backend.allocate(x.rows(), source.weight().rows());
        backend.linear(y, in, backend.linear(List.of(source)), new RowCounts(x.rows(), 0));
        return backend.read(y, x.rows());
    }

    @Test
    void givesARowTheSameBitsWhateverIsBesideIt() {
        Linear w = gpu.linear(List.of(LinearSource.of(Matrix.random(random, 130, 700, DType.I8))));
        Matrix x = Matrix.random(random, 145, 700, DType.F32);
        Tensor in = tensor(gpu, x);
        Tensor y = gpu.allocate(145, 130);
        gpu.linear(y, in, w, new RowCounts(1, 0));
        float[] alone = gpu.read(y, 1);

        for (int rows : new int[] {2, 16, 17, 33, 81, 129, 145}) {
            gpu.linear(y, in, w, new RowCounts(rows, 0));

            assertThat(gpu.read(y, 1)).as("among %d", rows).isEqualTo(alone);
        }
    }

    /** A norm has left its output as bfloat16, which the next gathering need not read. */
    @Test
    void gathersByOneKernelWhateverTheRowsHeldBefore() {
        Tensor x = tensor(gpu, Matrix.random(random, 3, 70, DType.F32));
        Tensor h = gpu.allocate(3, 70);
        float[] ones = new float[70];
        Arrays.fill(ones, 1);
        gpu.rmsNorm(h, x, gpu.gain(ones), 1e-5f, 3);
        Ids rows = gpu.allocateIds(2);
        gpu.write(rows, new int[] {2, 0});
        float[] all = gpu.read(x, 3);
        int before = EmulatedGpu.launches();

        gpu.gatherRows(h, x, rows, 2);
        float[] gathered = gpu.read(h, 2);

        assertThat(EmulatedGpu.launches() - before).isEqualTo(EmulatedGpu.counts() ? 1 : 0);
        assertThat(Arrays.copyOf(gathered, 70)).isEqualTo(Arrays.copyOfRange(all, 140, 210));
        assertThat(Arrays.copyOfRange(gathered, 70, 140)).isEqualTo(Arrays.copyOf(all, 70));
    }

    @ParameterizedTest(name = "heads {0}, KV heads {1} of {2}, {3} cached, {4} drafting")
    @CsvSource({"9, 3, 64, 5, 4", "9, 3, 64, 70, 16", "16, 2, 128, 33, 8", "4, 4, 64, 530, 3"})
    void attendsWithinTheRoundingOfKeysAndValues(int heads, int kvHeads, int headDim, int cached, int drafting) {
        var geometry = new HeadGeometry(heads, kvHeads, headDim);
        Matrix qkv = Matrix.random(random, cached + 2 * drafting, geometry.columns(), DType.F32);

        float[] actual = attend(gpu, DType.BF16, geometry, qkv, cached, drafting);
        float[] expected = attend(cpu, DType.F32, geometry, qkv, cached, drafting);

        // scores are sums of products of rounded factors below one, so weights move by little; values are below one
        double tolerance = 8 * ROUNDING;
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("out[%d]", i).isBetween(expected[i] - tolerance, expected[i] + tolerance);
        }
    }

    private static float[] attend(
            Backend backend, DType cache, HeadGeometry heads, Matrix qkv, int cached, int drafting) {
        int blocks = cached / 16 + 2;
        PagedKv kv = backend.allocateKv(new KvGeometry(1, heads.numKvHeads(), heads.headDim(), 16, cache), blocks);
        StepRows rows = rows(blocks, cached, drafting);
        float[] frequencies = new float[heads.headDim() / 2];
        Arrays.fill(frequencies, 0.01f);
        Tensor x = tensor(backend, qkv);
        Tensor out = backend.allocate(qkv.rows(), heads.queryColumns());
        backend.rotateAndStore(
                x,
                heads,
                Optional.empty(),
                backend.rotaryTable(Rotation.of(frequencies), cached + 2 * drafting),
                kv,
                0,
                rows);
        backend.attention(out, x, heads, kv, 0, Window.ALL, rows);
        return backend.read(out, qkv.rows());
    }

    /** A prompt and two groups after it. */
    private static StepRows rows(int blocks, int cached, int drafting) {
        var builder = new StepRows.Builder();
        int sequence = builder.sequence(
                IntStream.range(0, blocks).map(b -> blocks - 1 - b).toArray());
        for (int p = 0; p < cached; p++) {
            builder.exact(sequence, 0, p);
        }
        builder.group(sequence, new int[drafting], cached - 1, cached - 1);
        builder.group(sequence, new int[drafting], cached, cached);
        return builder.build();
    }

    @ParameterizedTest(name = "{0} rows")
    @CsvSource({"1", "9", "20", "40", "90"})
    void samplesWhatTheHeadScoresHighest(int count) {
        Matrix head = Matrix.random(random, 300, 128, DType.BF16);
        float[] values = new float[count * 128];
        int[] expected = new int[count];
        for (int i = 0; i < count; i++) {
            expected[i] = i * 37 % 300; // a row of the head itself scores highest against it
            for (int k = 0; k < 128; k++) {
                values[i * 128 + k] = 4 * head.at(expected[i], k);
            }
        }
        Tensor h = tensor(gpu, Matrix.of(count, 128, values));
        Ids numbers = gpu.allocateIds(count);
        gpu.write(numbers, IntStream.range(0, count).toArray());
        Ids sampled = gpu.allocateIds(count);
        var rows = new StepRows.Builder();
        int sequence = rows.sequence(new int[] {0});
        IntStream.range(0, count).forEach(p -> rows.exact(sequence, 0, p));

        RowSampling greedy = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);
        gpu.sample(
                sampled,
                TinyNetwork.logProbs(gpu, count),
                h,
                gpu.linear(List.of(LinearSource.of(head))),
                numbers,
                BackendFixture.samples(rows.build(), Collections.nCopies(count, greedy)),
                Pass.VERIFY);

        assertThat(gpu.read(sampled, count)).isEqualTo(expected);
    }

    private static Tensor tensor(Backend backend, Matrix values) {
        Tensor tensor = backend.allocate(values.rows(), values.columns());
        var rows = new StepRows.Builder();
        int sequence = rows.sequence(new int[] {0});
        IntStream.range(0, values.rows()).forEach(row -> rows.exact(sequence, row, row));
        backend.embed(tensor, backend.linear(List.of(LinearSource.of(values))), 1, rows.build());
        return tensor;
    }
}
