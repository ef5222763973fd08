package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.TinyNetwork.Trace;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Ids;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The bits of a row on the CPU")
@ParameterizedClass(name = "{0} kernels, {1} activations, {2} cache")
@CsvSource({
    "VECTOR, FLOAT, F32",
    "VECTOR, FLOAT, BF16",
    "VECTOR, INT8, F32",
    "NATIVE, FLOAT, F32",
    "NATIVE, FLOAT, BF16",
    "NATIVE, INT8, F32",
    "NATIVE, INT8, BF16"
})
class CpuBitsTest {

    private static final long SEED = 20261122;
    private static final int[] BLOCKS = {7, 2, 9, 4, 0, 11, 5};
    private static final int MASK = TinyNetwork.VOCAB - 1;

    @Parameter(0)
    CpuKernels kernels;

    @Parameter(1)
    Activations activations;

    @Parameter(2)
    DType kvType;

    @ParameterizedTest(name = "{0}, {1} rows")
    @CsvSource({"F32, 1", "F32, 5", "F32, 33", "BF16, 1", "BF16, 5", "BF16, 33", "I8, 1", "I8, 5", "I8, 33", "F16, 13"})
    void areThoseOfPlainLoops(DType dtype, int exact) {
        StepRows rows = verifyAndDraft(exact, 3, 7);

        try (Backend fast = backend(2);
                Backend plain = CpuKernels.PLAIN.backend(WeightFormat.AUTO, activations, 2)) {
            assertSame(network(fast, dtype).run(rows), network(plain, dtype).run(rows));
        }
    }

    @ParameterizedTest(name = "{0} threads")
    @ValueSource(ints = {2, 3})
    void areTheSameOnAnyNumberOfThreads(int threads) {
        StepRows rows = verifyAndDraft(9, 4, 4);

        try (Backend one = backend(1);
                Backend many = backend(threads)) {
            assertSame(network(many, DType.I8).run(rows), network(one, DType.I8).run(rows));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16", "I8"})
    void areTheSameInAStepOfOneRowAndOfUpTo72(DType dtype) {
        try (Backend backend = backend(2)) {
            TinyNetwork alone = network(backend, dtype);
            TinyNetwork together = network(backend, dtype);
            List<List<Trace>> single =
                    IntStream.range(0, 72).mapToObj(p -> alone.run(exact(p, 1))).toList();
            for (int count = 1; count <= 72; count++) {
                List<Trace> traces = together.run(exact(0, count));
                for (int row = 0; row < count; row++) {
                    assertRow(traces, row, single.get(row), 0);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "I8"})
    void ofAGroupAreTheSameWithAndWithoutOtherRows(DType dtype) {
        try (Backend backend = backend(2)) {
            TinyNetwork all = network(backend, dtype);
            all.run(exact(0, 20));
            int groups = 8;
            int width = 8;
            List<Trace> together = all.run(verifyAndDraft(20, 8, groups, width));
            for (int g = 0; g < groups; g++) {
                var builder = new StepRows.Builder();
                builder.group(builder.sequence(BLOCKS), masks(width), 20 + g + 1, 20 + g + 1);
                List<Trace> apart = all.run(builder.build());
                for (int i = 0; i < width; i++) {
                    assertRow(together, 8 + g * width + i, apart, i);
                }
            }
        }
    }

    @Test
    void areTheSameBesideARowThatIsNotFinite() {
        var rows = new StepRows.Builder();
        rows.sequence(BLOCKS);
        rows.sequence(new int[] {3});
        rows.exact(0, 5, 0);
        rows.exact(1, 6, 0);

        try (Backend backend = backend(2)) {
            List<Trace> sound = network(backend, DType.F32).run(rows.build());
            List<Trace> beside = new TinyNetwork(backend, DType.F32, kvType, SEED, OptionalInt.of(6)).run(rows.build());

            assertRow(beside, 0, sound, 0);
            assertThat(beside.get(beside.size() - 1).values()[1]).isEqualTo(Ids.NONE);
        }
    }

    private Backend backend(int threads) {
        return kernels.backend(WeightFormat.AUTO, activations, threads);
    }

    private TinyNetwork network(Backend backend, DType dtype) {
        return new TinyNetwork(backend, dtype, kvType, SEED, OptionalInt.empty());
    }

    static StepRows exact(int position, int count) {
        var builder = new StepRows.Builder();
        addExact(builder, position, count);
        return builder.build();
    }

    private static void addExact(StepRows.Builder builder, int position, int count) {
        int sequence = builder.sequence(BLOCKS);
        for (int p = position; p < position + count; p++) {
            builder.exact(sequence, new SplittableRandom(p).nextInt(MASK), p);
        }
    }

    /** A single-pass step from position 0: verify rows, then groups of the draft length. */
    static StepRows verifyAndDraft(int verify, int groups, int width) {
        return verifyAndDraft(0, verify, groups, width);
    }

    static StepRows verifyAndDraft(int position, int verify, int groups, int width) {
        var builder = new StepRows.Builder();
        addExact(builder, position, verify);
        for (int g = 0; g < Math.min(groups, verify); g++) {
            builder.group(0, masks(width), position + g + 1, position + g + 1);
        }
        return builder.build();
    }

    private static int[] masks(int count) {
        int[] tokens = new int[count];
        Arrays.fill(tokens, MASK);
        return tokens;
    }

    static void assertSame(List<Trace> actual, List<Trace> expected) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).values())
                    .as("seed %d, %s", SEED, expected.get(i).verb())
                    .isEqualTo(expected.get(i).values());
        }
    }

    private static void assertRow(List<Trace> actual, int actualRow, List<Trace> expected, int expectedRow) {
        for (int i = 0; i < expected.size(); i++) {
            float[] row = actual.get(i).row(actualRow);
            float[] same = expected.get(i).row(expectedRow);
            if (!Arrays.equals(row, same)) {
                assertThat(row)
                        .as("seed %d, %s of row %d", SEED, expected.get(i).verb(), actualRow)
                        .isEqualTo(same);
            }
        }
    }
}
