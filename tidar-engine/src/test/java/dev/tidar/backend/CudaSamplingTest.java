package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.EmulatedGpu;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.sampling.TokenSampler;
import dev.tidar.step.Pass;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.function.DoubleToIntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels that filter and sample, compared with {@link TokenSampler} and {@link LogProbRow}, their definitions. */
@EmulatedGpuTest
@DisplayName("Samples on the emulated GPU")
class CudaSamplingTest {

    private static final int ROWS = 12;
    private static final int SEEDS = 12;

    @ParameterizedTest(name = "of {0} tokens")
    @ValueSource(ints = {1, 2, 31, 77, 511, 512, 513, 1000, 4099})
    void areThoseOfTheTokenSampler(int vocabSize) {
        try (Backend gpu = gpu(Arithmetic.STRICT)) {
            for (int seed = 0; seed < SEEDS; seed++) {
                var random = new SplittableRandom(seed * 1_000_003L + vocabSize);
                float[][] logits = RandomSamplings.logits(random, ROWS, vocabSize);
                List<RowSampling> rules = RandomSamplings.of(random, ROWS, vocabSize);
                int[] ban = {random.nextInt(vocabSize), vocabSize / 2, vocabSize + 5};
                gpu.ban(ban);

                Read read = sample(gpu, logits, rules);

                for (int row = 0; row < ROWS; row++) {
                    read.check(row, without(logits[row], ban), rules.get(row), "seed " + seed);
                }
            }
        }
    }

    /**
     * Where the sample changes with p, two neighbouring values of p have different samples; halving on the CPU finds
     * them. A device that cuts a token earlier or later gives another sample on one of the two sides.
     */
    @ParameterizedTest
    @EnumSource(Cut.class)
    void areThoseOfTheTokenSamplerOnBothSidesOfACut(Cut cut) {
        var random = new SplittableRandom(cut.ordinal());
        List<float[]> logits = new ArrayList<>();
        List<RowSampling> rules = new ArrayList<>();
        while (rules.size() < 60) {
            float[] row = RandomSamplings.logits(random, 1, 300)[0];
            long seed = random.nextLong();
            for (double p : sides(row, halved -> cut.rule(halved, seed), rules.size() / 2 + 1)) {
                logits.add(row);
                rules.add(cut.rule(p, seed));
            }
        }
        try (Backend gpu = gpu(Arithmetic.STRICT)) {
            Read read = sample(gpu, logits.toArray(float[][]::new), rules);

            for (int row = 0; row < rules.size(); row++) {
                read.check(row, logits.get(row), rules.get(row), cut.name());
            }
        }
    }

    /** Two neighbours with different samples, or none. */
    private static double[] sides(float[] logits, DoubleFunction<RowSampling> rules, int position) {
        DoubleToIntFunction sample = p -> new TokenSampler().sample(logits, 0, logits.length, rules.apply(p), position);
        double low = 1e-3;
        double high = 1;
        if (sample.applyAsInt(low) == sample.applyAsInt(high)) {
            return new double[0];
        }
        for (double middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
            if (sample.applyAsInt(middle) == sample.applyAsInt(low)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return new double[] {low, high};
    }

    /** A filter with a threshold. */
    private enum Cut {
        TOP_K,
        TOP_P,
        MIN_P,
        TYPICAL_P;

        RowSampling rule(double p, long seed) {
            Filters filters = switch (this) {
                case TOP_K -> new Filters((int) (1 + 299 * p), 1, 0, 1);
                case TOP_P -> new Filters(0, p, 0, 1);
                case MIN_P -> new Filters(0, 1, p, 1);
                case TYPICAL_P -> new Filters(0, 1, 0, p);
            };
            return RowSampling.draft(new SamplingParams(3, seed, filters), TokenCounts.NONE);
        }
    }

    /** One row, because what is not a number spreads over all rows of a product. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void areNoneWhereAScoreIsNotANumberToCompareAlsoAfterAMask(float broken) {
        float[][] logits = {{1, broken, 2, 3}};
        RowSampling rule =
                RowSampling.draft(new SamplingParams(0.7f, 1), TokenCounts.NONE).allowing(new long[] {0b1100});
        try (Backend gpu = gpu(Arithmetic.STRICT)) {
            assertThat(sample(gpu, logits, List.of(rule)).sampled()).containsExactly(Ids.NONE);
            gpu.ban(new int[] {1});
            assertThat(sample(gpu, logits, List.of(rule)).sampled()[0]).isBetween(2, 3);
        }
    }

    @Test
    void areNoneWhereTheMaskLeavesNoTokenAndLogProbabilitiesAreReportedAllTheSame() {
        SamplingParams asked = RandomSamplings.asking(new SamplingParams(0.7f, 1), 2);
        RowSampling rule =
                RowSampling.verify(asked, TokenCounts.NONE, TokenCounts.NONE).allowing(new long[] {0b1000_0000});
        try (Backend gpu = gpu(Arithmetic.STRICT)) {
            Read read = sample(gpu, new float[][] {{1, 3, 2, 3}}, List.of(rule));

            assertThat(read.sampled()).containsExactly(Ids.NONE);
            assertThat(Arrays.copyOf(read.ids(), 2)).containsExactly(1, 3);
            assertThat(read.values()[0]).isEqualTo(Float.NEGATIVE_INFINITY);
            assertThat(read.values()[1])
                    .isEqualTo(
                            LogProbRow.of(new float[] {1, 3, 2, 3}, 0, 4, 1, 1).values()[1]);
        }
    }

    @Test
    void ofMoreRowsThanHaveLogitsAtATimeAreTheSame() {
        var random = new SplittableRandom(BackendFixture.SEED);
        int rows = 150;
        float[][] logits = RandomSamplings.logits(random, rows, 40);
        List<RowSampling> rules = RandomSamplings.of(random, rows, 40);
        try (Backend gpu = gpu(Arithmetic.STRICT)) {
            Read read = sample(gpu, logits, rules);

            for (int row = 0; row < rows; row++) {
                read.check(row, logits[row], rules.get(row), "all together");
            }
        }
    }

    /**
     * All tokens have the same score but for the order in which a product adds: the bits of the logits decide. For rows
     * with rules the head writes logits to memory, for plain rows alone it does not.
     */
    @ParameterizedTest(name = "{0}, {1} rows")
    @CsvSource({"STRICT, 5", "FAST, 5", "FAST, 40", "FAST, 130"})
    void ofPlainRowsDoNotDependOnRowsWithRules(Arithmetic arithmetic, int rows) {
        var random = new SplittableRandom(BackendFixture.SEED);
        int inputs = 1024;
        Matrix head = shuffled(random, 300, inputs);
        Matrix x = Matrix.of(rows, inputs, scaledOnes(random, rows, inputs));
        List<RowSampling> plain = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            SamplingParams params = row % 2 == 0 ? SamplingParams.GREEDY : new SamplingParams(1e-2f, row);
            plain.add(RowSampling.draft(params, TokenCounts.NONE));
        }
        List<RowSampling> mixed = new ArrayList<>(plain);
        for (int row = 0; row < rows; row += 3) {
            mixed.set(row, plain.get(row).allowing(new long[] {-1, -1}));
        }
        try (Backend gpu = gpu(arithmetic)) {
            Linear packed = gpu.linear(List.of(LinearSource.of(head)));
            int[] alone = sample(gpu, packed, x, plain).sampled();
            int[] beside = sample(gpu, packed, x, mixed).sampled();

            for (int row = 0; row < rows; row++) {
                if (row % 3 != 0) {
                    assertThat(beside[row]).as("row %d", row).isEqualTo(alone[row]);
                }
            }
        }
    }

    /** Rows of the same values in another order, of very different size. */
    private static Matrix shuffled(SplittableRandom random, int rows, int columns) {
        List<Float> values = new ArrayList<>();
        for (int k = 0; k < columns; k++) {
            values.add(Math.scalb((float) random.nextInt(128, 256) * (random.nextBoolean() ? 1 : -1), -k % 20));
        }
        float[] all = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            Collections.shuffle(values, new Random(row));
            for (int k = 0; k < columns; k++) {
                all[row * columns + k] = values.get(k);
            }
        }
        return Matrix.of(rows, columns, all);
    }

    private static float[] scaledOnes(SplittableRandom random, int rows, int columns) {
        float[] all = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            Arrays.fill(all, row * columns, (row + 1) * columns, 1 + random.nextInt(128) / 128f);
        }
        return all;
    }

    private static float[] without(float[] logits, int[] ban) {
        float[] left = logits.clone();
        for (int id : ban) {
            if (id < left.length) {
                left[id] = Float.NEGATIVE_INFINITY;
            }
        }
        return left;
    }

    /** Samples from given logits: row m of the input is 1 at m alone, so its product with the head is column m. */
    private static Read sample(Backend gpu, float[][] logits, List<RowSampling> rules) {
        int rows = logits.length;
        int vocabSize = logits[0].length;
        float[] head = new float[vocabSize * rows];
        float[] x = new float[rows * rows];
        for (int row = 0; row < rows; row++) {
            x[row * rows + row] = 1;
            for (int id = 0; id < vocabSize; id++) {
                head[id * rows + row] = logits[row][id];
            }
        }
        Linear packed = gpu.linear(List.of(LinearSource.of(Matrix.of(vocabSize, rows, head))));
        return sample(gpu, packed, Matrix.of(rows, rows, x), rules);
    }

    /** What a row decides: two rows decide each position. */
    private static int position(int row) {
        return row / 2 + 1;
    }

    private static Read sample(Backend gpu, Linear head, Matrix x, List<RowSampling> rules) {
        int count = x.rows();
        var rows = new StepRows.Builder();
        for (int row = 0; row < count; row++) { // each row may sample in its own way
            rows.exact(rows.sequence(new int[] {0}), row, position(row) - 1);
        }
        StepRows built = rows.build();
        Tensor h = gpu.allocate(count, x.columns());
        gpu.embed(h, gpu.linear(List.of(LinearSource.of(x))), 1, built);
        Ids numbers = gpu.allocateIds(count);
        gpu.write(numbers, IntStream.range(0, count).toArray());
        Ids sampled = gpu.allocateIds(count);
        SampledLogProbs logProbs = TinyNetwork.logProbs(gpu, count);
        gpu.sample(sampled, logProbs, h, head, numbers, BackendFixture.samples(built, rules), Pass.VERIFY);
        return new Read(
                gpu.read(sampled, count),
                gpu.read(logProbs.values(), count),
                gpu.read(logProbs.ids(), count * LogProbRow.MAX));
    }

    /** What was read back from the device. */
    private record Read(int[] sampled, float[] values, int[] ids) {

        void check(int row, float[] logits, RowSampling rule, String of) {
            int vocabSize = logits.length;
            String what = "%s, row %d of %d tokens, %s".formatted(of, row, vocabSize, rule.params());
            int expected = new TokenSampler().sample(logits, 0, vocabSize, rule, position(row));
            assertThat(sampled[row]).as(what).isEqualTo(expected);
            OptionalInt top = rule.logProbs();
            if (top.isPresent()) {
                LogProbRow reported = LogProbRow.of(logits, 0, vocabSize, expected, top.getAsInt());
                int first = row * LogProbRow.MAX;
                assertThat(Arrays.copyOfRange(ids, first, first + top.getAsInt()))
                        .as(what)
                        .isEqualTo(reported.ids());
                for (int i = 0; i < reported.values().length; i++) {
                    checkValue(values[row * (1 + LogProbRow.MAX) + i], reported.values()[i], what);
                }
            }
        }

        /** The logarithms of two devices may differ in the last bit of a double, so in an ulp of a float. */
        private static void checkValue(float actual, float expected, String what) {
            if (Float.isInfinite(expected)) {
                assertThat(actual).as(what).isEqualTo(expected);
            } else {
                assertThat(actual).as(what).isCloseTo(expected, within(Math.ulp(expected)));
            }
        }
    }

    private static Backend gpu(Arithmetic arithmetic) {
        return Backend.onGpu(
                arithmetic == Arithmetic.FAST ? WeightFormat.BF16 : WeightFormat.AUTO, arithmetic, EmulatedGpu.gpu());
    }
}
