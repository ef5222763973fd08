package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tidar.api.WeightFormat;
import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.Pass;
import dev.tidar.step.RowCounts;
import dev.tidar.step.RowSamplings;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.WeightType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backend does for every verb but attention, see {@link AttentionContract}. Expected values are computed in
 * double by the definition of the verb; the tolerance is the bound of {@link Bound} for one chain of products.
 */
abstract class BackendContract extends BackendFixture {

    @ParameterizedTest(name = "{0} [{1}, {2}], {3} rows")
    @CsvSource({
        "F32, 1, 1, 1",
        "F32, 7, 8, 2",
        "F32, 33, 31, 5",
        "F32, 257, 255, 13",
        "F32, 576, 1536, 1",
        "F32, 576, 1536, 9",
        "BF16, 1, 7, 1",
        "BF16, 31, 33, 3",
        "BF16, 255, 257, 12",
        "BF16, 1536, 576, 1",
        "BF16, 1536, 576, 17",
        "I8, 8, 1, 1",
        "I8, 32, 32, 4",
        "I8, 129, 257, 33",
        "I8, 960, 576, 1",
        "I8, 960, 576, 5",
        "F16, 33, 40, 1",
        "F16, 33, 40, 72"
    })
    void linearMultipliesEachRowWithTheWeights(DType dtype, int outputs, int inputs, int rows) {
        Matrix w = Matrix.random(random, outputs, inputs, dtype);
        float[] bias = floats(outputs);
        Linear linear = backend.linear(List.of(new LinearSource(w, Optional.of(bias), Optional.empty())));
        Tensor x = tensor(rows, inputs);
        float[] in = values(x);
        Tensor y = backend.allocate(rows, outputs);

        backend.linear(y, x, linear, new RowCounts(rows, 0));

        checkRows(y, rows, (r, n) -> product(in, r, w, n).plus(Bound.exact(bias[n])));
        assertThat(linear.type())
                .isEqualTo(
                        switch (dtype) {
                            case F32, F16 -> WeightType.F32;
                            case BF16 -> WeightType.BF16;
                            case I8 -> WeightType.INT8;
                        });
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightFormat.class,
            names = {"F32", "BF16", "INT8"})
    void aFormatConvertsTheWeightsWithinItsRounding(WeightFormat format) {
        recreate(format);
        Matrix w = Matrix.random(random, 65, 100, DType.F32);
        Tensor x = tensor(3, 100);
        float[] in = values(x);
        Tensor y = backend.allocate(3, 65);

        backend.linear(y, x, backend.linear(List.of(LinearSource.of(w))), new RowCounts(3, 0));

        checkRows(y, 3, (r, n) -> {
            Bound exact = product(in, r, w, n);
            double rounding = 0;
            for (int k = 0; k < 100; k++) {
                rounding += Math.abs(in[r * 100 + k]) * weightRounding(format, w, n, k);
            }
            return new Bound(exact.value(), 1.01 * exact.error() + rounding);
        });
    }

    private static double weightRounding(WeightFormat format, Matrix w, int row, int column) {
        switch (format) {
            case BF16:
                return Math.abs(w.at(row, column)) * 0x1p-8;
            case INT8:
                double largest = 0;
                for (int k = 0; k < w.columns(); k++) {
                    largest = Math.max(largest, Math.abs(w.at(row, k)));
                }
                return largest / 127 * 0.5001;
            default:
                return 0;
        }
    }

    @Test
    void stackedLayersAreComputedSideBySideInListOrder() {
        Matrix q = Matrix.random(random, 48, 64, DType.I8);
        Matrix k = Matrix.random(random, 16, 64, DType.I8);
        Matrix v = Matrix.random(random, 17, 64, DType.F32);
        float[] bias = floats(17);
        Linear stacked = backend.linear(List.of(
                LinearSource.of(q), LinearSource.of(k), new LinearSource(v, Optional.of(bias), Optional.empty())));
        Tensor x = tensor(2, 64);
        float[] in = values(x);
        Tensor y = backend.allocate(2, 81);

        backend.linear(y, x, stacked, new RowCounts(2, 0));

        assertThat(stacked.type()).isEqualTo(WeightType.F32);
        checkRows(y, 2, (r, n) -> {
            if (n < 64) {
                return n < 48 ? product(in, r, q, n) : product(in, r, k, n - 48);
            }
            return product(in, r, v, n - 64).plus(Bound.exact(bias[n - 64]));
        });
    }

    @Test
    void linearAddAddsTheWholeProductToWhatIsThere() {
        Matrix w = Matrix.random(random, 33, 257, DType.F32);
        Linear linear = backend.linear(List.of(LinearSource.of(w)));
        Tensor x = tensor(5, 257);
        Tensor y = tensor(5, 33);
        float[] before = backend.read(y, 5);
        Tensor product = backend.allocate(5, 33);

        backend.linearAdd(y, x, linear, new RowCounts(5, 0));
        backend.linear(product, x, linear, new RowCounts(5, 0));

        float[] added = values(product);
        for (int i = 0; i < before.length; i++) {
            assertThat(values(y)[i]).isEqualTo(before[i] + added[i]);
        }
    }

    @Test
    void theAdapterActsOnDraftingRowsOnly() {
        Matrix w = Matrix.random(random, 40, 100, DType.I8);
        Matrix plain = Matrix.random(random, 24, 100, DType.I8);
        Matrix a = Matrix.random(random, 6, 100, DType.F32);
        Matrix b = Matrix.random(random, 40, 6, DType.BF16);
        Linear adapted = backend.linear(List.of(
                new LinearSource(w, Optional.empty(), Optional.of(new LinearSource.Adapter(a, b, 2.5f))),
                LinearSource.of(plain)));
        Tensor x = tensor(5, 100);
        float[] in = values(x);
        Tensor y = backend.allocate(5, 64);

        backend.linear(y, x, adapted, new RowCounts(2, 3));

        checkRows(y, 5, (r, n) -> {
            Bound base = n < 40 ? product(in, r, w, n) : product(in, r, plain, n - 40);
            return r < 2 || n >= 40
                    ? base
                    : base.plus(adapterTerm(in, r, a, b, n).times(2.5));
        });
    }

    private Bound adapterTerm(float[] in, int row, Matrix a, Matrix b, int output) {
        double value = 0;
        double magnitudes = 0;
        double inherited = 0;
        for (int i = 0; i < a.rows(); i++) {
            Bound t = product(in, row, a, i);
            value += t.value() * b.at(output, i);
            magnitudes += (Math.abs(t.value()) + t.error()) * Math.abs(b.at(output, i));
            inherited += t.error() * Math.abs(b.at(output, i));
        }
        return new Bound(value, inherited + a.rows() * Bound.U * magnitudes);
    }

    @ParameterizedTest(name = "width {0}, {1} rows")
    @CsvSource({"1, 1", "31, 2", "33, 7", "1536, 1", "100, 13"})
    void swiGluGatesTheUpHalf(int width, int rows) {
        Matrix gate = Matrix.random(random, width, 96, DType.I8);
        Matrix up = Matrix.random(random, width, 96, DType.I8);
        Linear gated = backend.gated(LinearSource.of(gate), LinearSource.of(up));
        Tensor x = tensor(rows, 96);
        float[] in = values(x);
        Tensor y = backend.allocate(rows, width);

        backend.swiGlu(y, x, gated, new RowCounts(rows, 0));

        assertThat(gated.outputs()).isEqualTo(width);
        checkRows(y, rows, (r, n) -> product(in, r, gate, n).silu().times(product(in, r, up, n)));
    }

    @Test
    void swiGluGoesToZeroAndToItsArgumentAtTheEnds() {
        Matrix gate = Matrix.of(1, 1, 1);
        Linear gated = backend.gated(LinearSource.of(gate), LinearSource.of(gate));
        Tensor x = tensor(4, 1, -200, -90, 90, 200);
        Tensor y = backend.allocate(4, 1);

        backend.swiGlu(y, x, gated, new RowCounts(4, 0));

        assertThat(values(y)).containsExactly(0, 0, 8100, 40000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 31, 32, 33, 255, 257, 576})
    void rmsNormDividesByTheRootMeanSquareAndScales(int columns) {
        float[] gain = floats(columns);
        Tensor x = tensor(9, columns);
        float[] in = values(x);
        Tensor y = backend.allocate(9, columns);

        backend.rmsNorm(y, x, backend.gain(gain), 1e-5f, 9);

        checkRows(y, 9, (r, n) -> {
            double squares = 0;
            for (int k = 0; k < columns; k++) {
                squares += Math.pow(in[r * columns + k], 2);
            }
            double value = in[r * columns + n] / Math.sqrt(squares / columns + 1e-5f) * gain[n];
            return new Bound(value, (columns + 8) * Bound.U * Math.abs(value));
        });
    }

    @Test
    void rmsNormMayWriteOverItsInput() {
        Gain gain = backend.gain(floats(40));
        Tensor x = tensor(3, 40);
        Tensor y = backend.allocate(3, 40);
        backend.rmsNorm(y, x, gain, 1e-6f, 3);

        backend.rmsNorm(x, x, gain, 1e-6f, 3);

        assertThat(backend.read(x, 3)).isEqualTo(backend.read(y, 3));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void embedReadsTheRowOfEachToken(DType dtype) {
        Matrix table = Matrix.random(random, 70, 33, dtype);
        Tensor y = backend.allocate(3, 33);

        backend.embed(y, backend.linear(List.of(LinearSource.of(table))), 1, exactRows(69, 0, 31));

        for (int k = 0; k < 33; k++) {
            assertThat(values(y)[k]).isEqualTo(table.at(69, k));
            assertThat(values(y)[33 + k]).isEqualTo(table.at(0, k));
            assertThat(values(y)[66 + k]).isEqualTo(table.at(31, k));
        }
    }

    @Test
    void embedMultipliesByItsFactor() {
        Matrix table = Matrix.random(random, 70, 33, DType.F32);
        Tensor y = backend.allocate(1, 33);

        backend.embed(y, backend.linear(List.of(LinearSource.of(table))), 12.5f, exactRows(69));

        for (int k = 0; k < 33; k++) {
            assertThat(values(y)[k]).isEqualTo(table.at(69, k) * 12.5f);
        }
    }

    @Test
    void gatherRowsCopiesTheNamedRowsAndSkipsNone() {
        Tensor x = tensor(4, 5);
        Tensor y = tensor(3, 5);
        float[] before = backend.read(y, 3);

        backend.gatherRows(y, x, ids(3, Ids.NONE, 0), 3);

        assertThat(Arrays.copyOfRange(values(y), 0, 5)).isEqualTo(Arrays.copyOfRange(values(x), 15, 20));
        assertThat(Arrays.copyOfRange(values(y), 5, 10)).isEqualTo(Arrays.copyOfRange(before, 5, 10));
        assertThat(Arrays.copyOfRange(values(y), 10, 15)).isEqualTo(Arrays.copyOfRange(values(x), 0, 5));
    }

    @Test
    void sampleTakesTheBestTokenTheLowestInATie() {
        Linear head = backend.linear(List.of(LinearSource.of(Matrix.of(4, 1, 1, 3, 3, 2))));
        Ids sampled = sample(head, new float[] {1, 1, -1}, 0, Ids.NONE, 2);

        assertThat(backend.read(sampled, 3)).containsExactly(1, Ids.NONE, 0);
    }

    @Test
    void sampleNeverTakesABannedToken() {
        Linear head = backend.linear(List.of(LinearSource.of(Matrix.of(4, 1, 1, 3, 3, 2))));
        backend.ban(new int[] {1, 2, 4000});

        assertThat(backend.read(sample(head, new float[] {1, 1, -1}, 0, 1, 2), 3))
                .containsExactly(3, 3, 0);
    }

    @Test
    void sampleFindsNoTokenAmongScoresThatAreNotFinite() {
        Linear head = backend.linear(List.of(LinearSource.of(Matrix.of(4, 1, 1, 3, 3, 2))));

        Ids sampled = sample(head, new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1}, 0, 1, 2);

        assertThat(backend.read(sampled, 3)).containsExactly(Ids.NONE, Ids.NONE, 1);
    }

    @Test
    void sampleFollowsTheRuleOfEachRow() {
        Linear head = backend.linear(List.of(LinearSource.of(Matrix.of(4, 1, 1, 3, 3, 2))));
        SamplingParams penalised = new SamplingParams(
                0, 0, Filters.NONE, new Penalties(2, 0, 0), LogitBias.NONE, BannedIds.NONE, OptionalInt.empty());
        TokenCounts history = new TokenCounts(new int[] {1}, new int[] {0});
        TokenCounts since = new TokenCounts(new int[] {2}, new int[] {1});
        List<RowSampling> rules = List.of(
                RowSampling.draft(penalised, history),
                RowSampling.verify(penalised, history, since),
                RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE).allowing(new long[] {1}));
        Ids sampled = backend.allocateIds(3);
        backend.sample(
                sampled,
                TinyNetwork.logProbs(backend, 3),
                tensor(3, 1, new float[] {1, 1, 1}),
                head,
                ids(0, 1, 2),
                samples(exactRows(1, 2, 3), rules),
                Pass.VERIFY);

        assertThat(backend.read(sampled, 3)).containsExactly(2, 3, 0);
    }

    @Test
    void sampleReportsLogProbabilitiesOfTheRowsThatAskForThem() {
        Linear head = backend.linear(List.of(LinearSource.of(Matrix.of(4, 1, 1, 3, 3, 2))));
        backend.ban(new int[] {2});
        SamplingParams asked = new SamplingParams(
                0,
                0,
                Filters.NONE,
                Penalties.NONE,
                new LogitBias(new int[] {0}, new float[] {10}),
                BannedIds.NONE,
                OptionalInt.of(2));
        SampledLogProbs reported = TinyNetwork.logProbs(backend, 2);
        backend.sample(
                backend.allocateIds(2),
                reported,
                tensor(2, 1, new float[] {1, 1}),
                head,
                ids(0, 1),
                samples(
                        exactRows(1, 2),
                        List.of(
                                RowSampling.draft(asked, TokenCounts.NONE),
                                RowSampling.verify(asked, TokenCounts.NONE, TokenCounts.NONE))),
                Pass.VERIFY);

        double normaliser = Math.log(Math.exp(1) + Math.exp(3) + Math.exp(2));
        float[] values = backend.read(reported.values(), 2);
        int second = 1 + reported.max();
        assertThat(Arrays.copyOfRange(values, 0, 3)).containsOnly(0);
        assertThat((double) values[second]).isCloseTo(1 - normaliser, within(1e-5));
        assertThat((double) values[second + 1]).isCloseTo(3 - normaliser, within(1e-5));
        assertThat((double) values[second + 2]).isCloseTo(2 - normaliser, within(1e-5));
        assertThat(Arrays.copyOfRange(
                        backend.read(reported.ids(), 2 * reported.max()), reported.max(), reported.max() + 2))
                .containsExactly(1, 3);
    }

    private Ids sample(Linear head, float[] hidden, int... rowNumbers) {
        Tensor h = tensor(hidden.length, 1, hidden);
        Ids sampled = backend.allocateIds(8);
        backend.sample(
                sampled,
                TinyNetwork.logProbs(backend, 8),
                h,
                head,
                ids(rowNumbers),
                samples(
                        exactRows(1, 2, 3),
                        Collections.nCopies(
                                rowNumbers.length, RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE))),
                Pass.VERIFY);
        return sampled;
    }

    @Test
    void acceptCountsKeptRowsAndNamesTheMasksThatDraftNext() {
        var builder = new StepRows.Builder();
        int sequence = builder.sequence(new int[] {0});
        builder.exact(sequence, 50, 0);
        builder.exact(sequence, 51, 1);
        builder.exact(sequence, 52, 2);
        int afterOne = builder.group(sequence, new int[] {9, 9, 9}, 1, 1);
        int afterTwo = builder.group(sequence, new int[] {9, 9, 9}, 2, 2);
        StepRows rows = builder.build();
        Ids kept = backend.allocateIds(1);
        Ids draftRows = ids(77, 77, 77, 77);
        var plan = new VerifyPlan(0, 3, 0, 1, 3, new int[] {Ids.NONE, afterOne, afterTwo, Ids.NONE});

        backend.accept(kept, draftRows, ids(51, 7, 8), rows, List.of(plan));
        assertThat(backend.read(kept, 1)).containsExactly(2);
        assertThat(backend.read(draftRows, 4)).containsExactly(77, afterTwo + 1, afterTwo + 2, 77);

        backend.accept(kept, draftRows, ids(51, 52, 8), rows, List.of(plan));
        assertThat(backend.read(kept, 1)).containsExactly(3);
        assertThat(backend.read(draftRows, 4)).containsExactly(77, Ids.NONE, Ids.NONE, 77);
    }

    @Test
    void masksSampledWithTheVerifyRowsGiveTheDraftsThatAPassOfTheirOwnGives() {
        RowSampling sampling = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);
        Tensor x = tensor(10, 8);
        Linear head = backend.linear(List.of(LinearSource.of(Matrix.random(random, 50, 8, DType.F32))));
        int anchorDecides = backend.read(sampleRow(x, 0, head), 1)[0];
        for (int draft : new int[] {anchorDecides, anchorDecides + 1}) {
            var shortGroups = new SequenceStep(
                    List.of(7, draft),
                    4,
                    2,
                    3,
                    List.of(
                            new SequenceStep.Group(1, List.of(9, 9), 6, 5),
                            new SequenceStep.Group(2, List.of(9, 9), 7, 6)));
            var fullGroup =
                    new SequenceStep(List.of(7), 0, 1, 3, List.of(new SequenceStep.Group(1, List.of(9, 9, 9), 1, 1)));
            StepInputs together = new StepInputs.Builder()
                    .add(new int[] {0}, shortGroups, 1, new RowSamplings(copies(2, sampling), copies(2, sampling)))
                    .add(new int[] {1}, fullGroup, 1, new RowSamplings(copies(1, sampling), copies(2, sampling)))
                    .build();
            var apart =
                    new StepInputs(together.rows(), together.plans(), copies(3, sampling), together.draftSamplings());

            assertThat(List.of(together.numSamples(), together.numDrafts())).containsExactly(10, 0);
            assertThat(List.of(apart.numSamples(), apart.numDrafts())).containsExactly(3, 4);
            assertThat(drafts(x, head, together))
                    .isEqualTo(drafts(x, head, apart))
                    .hasSize(4);
        }
    }

    private Ids sampleRow(Tensor x, int row, Linear head) {
        Ids sampled = backend.allocateIds(1);
        Tensor h = backend.allocate(1, x.columns());
        backend.gatherRows(h, x, ids(row), 1);
        StepInputs inputs =
                samples(exactRows(1), copies(1, RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE)));
        backend.sample(sampled, TinyNetwork.logProbs(backend, 1), h, head, ids(0), inputs, Pass.VERIFY);
        return sampled;
    }

    /** The drafts that all sequences take over from a step whose last hidden states are x. */
    private List<Integer> drafts(Tensor x, Linear head, StepInputs inputs) {
        Ids kept = backend.allocateIds(2);
        Ids draftRows = backend.allocateIds(4);
        Ids sampleRows = backend.allocateIds(10);
        backend.verifyRows(sampleRows, inputs);
        Ids sampled = sampled(x, head, sampleRows, inputs, Pass.VERIFY);
        backend.accept(kept, draftRows, sampled, inputs.rows(), inputs.plans());
        int[] drafted = backend.read(sampled(x, head, draftRows, inputs, Pass.DRAFT), inputs.numDrafts());
        List<Integer> all = new ArrayList<>();
        for (int s = 0; s < 2; s++) {
            int[] samples = backend.read(sampled, inputs.numSamples());
            for (int id : inputs.drafts(inputs.plans().get(s), backend.read(kept, 2)[s], samples, drafted)) {
                all.add(id);
            }
        }
        return all;
    }

    private Ids sampled(Tensor x, Linear head, Ids rowNumbers, StepInputs inputs, Pass pass) {
        int count = inputs.samplings(pass).size();
        Tensor h = backend.allocate(10, x.columns());
        Ids sampled = backend.allocateIds(10);
        backend.gatherRows(h, x, rowNumbers, count);
        backend.sample(sampled, TinyNetwork.logProbs(backend, 10), h, head, rowNumbers, inputs, pass);
        return sampled;
    }

    private static List<RowSampling> copies(int count, RowSampling sampling) {
        return Collections.nCopies(count, sampling);
    }

    /** The groups of a plan name the place of slot 0, which has no row: it would be the row before. */
    @Test
    void acceptNamesTheMasksOfAShortGroupFromItsFirstRowOn() {
        var step = new SequenceStep(
                List.of(50, 51),
                4,
                2,
                3,
                List.of(
                        new SequenceStep.Group(1, List.of(9, 9), 6, 5),
                        new SequenceStep.Group(2, List.of(9, 9), 7, 6)));
        RowSampling greedy = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);
        StepInputs inputs = new StepInputs.Builder()
                .add(new int[] {0}, step, 1, new RowSamplings(List.of(greedy, greedy), List.of(greedy, greedy)))
                .build();
        Ids kept = backend.allocateIds(1);
        Ids draftRows = ids(77, 77);

        backend.accept(kept, draftRows, ids(7, 8), inputs.rows(), inputs.plans());
        assertThat(backend.read(draftRows, 2)).as("kept 1").containsExactly(2, 3);

        backend.accept(kept, draftRows, ids(51, 8), inputs.rows(), inputs.plans());
        assertThat(backend.read(draftRows, 2)).as("kept 2").containsExactly(4, 5);
        assertThat(inputs.rows().position(4)).isEqualTo(7);
        assertThat(inputs.rows().visible(4)).isEqualTo(6);
    }

    @Test
    void mixesVerifyRowsWithTheMasksThatProposeTheSameTokens() {
        var builder = new StepRows.Builder();
        int trusting = builder.sequence(new int[] {0});
        int doubting = builder.sequence(new int[] {1});
        builder.exact(trusting, 50, 0);
        builder.exact(doubting, 51, 0);
        builder.exact(doubting, 52, 1);
        int afterOwn = builder.group(trusting, new int[] {9, 9}, 1, 1);
        int afterOne = builder.group(doubting, new int[] {9, 9}, 1, 1);
        StepRows rows = builder.build();
        var plans = List.of(
                new VerifyPlan(0, 1, 0, 0, 2, new int[] {Ids.NONE, afterOwn}),
                new VerifyPlan(1, 2, 1, 1, 2, new int[] {Ids.NONE, afterOne, Ids.NONE}, 0.25f));
        RowSampling greedy = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);
        var inputs = new StepInputs(rows, plans, Collections.nCopies(3, greedy), Collections.nCopies(2, greedy));
        Ids mixed = backend.allocateIds(3);
        Tensor y = tensor(3, 100);
        Tensor x = tensor(3, 100);
        float[] own = backend.read(y, 3);
        float[] masks = backend.read(x, 3);

        backend.mixedRows(mixed, inputs);
        backend.mix(y, x, mixed, inputs);

        assertThat(backend.read(mixed, 3)).containsExactly(Ids.NONE, afterOne, Ids.NONE);
        float[] result = backend.read(y, 3);
        for (int i = 0; i < result.length; i++) {
            float expected = i >= 100 && i < 200 ? Math.fma(0.25f, own[i], 0.75f * masks[i]) : own[i];
            assertThat(result[i]).as("element %d", i).isEqualTo(expected);
        }
    }

    @Test
    void stacksOnlyMatricesThatFitTogether() {
        LinearSource wide = LinearSource.of(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6));
        LinearSource narrow = LinearSource.of(Matrix.of(2, 2, 1, 2, 3, 4));

        assertThatThrownBy(() -> backend.linear(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("stacked must have a source, but has none");
        assertThatThrownBy(() -> backend.linear(List.of(wide, narrow)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must have 3 columns");
        assertThatThrownBy(() -> backend.gated(wide, narrow))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 2] must have the shape of");
    }

    @Test
    void rejectsAWrongShapeBeforeAnyWork() {
        Linear w = backend.linear(List.of(LinearSource.of(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6))));
        Tensor x = tensor(2, 3);
        Tensor y = tensor(2, 2);
        float[] before = backend.read(y, 2);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.linear(y, y, w, new RowCounts(1, 0)))
                .withMessage("x must be [1, 3], but is [2, 2]");
        assertThatIllegalArgumentException().isThrownBy(() -> backend.linear(y, x, w, new RowCounts(2, 1)));
        assertThatIllegalArgumentException().isThrownBy(() -> backend.swiGlu(y, x, w, new RowCounts(1, 0)));
        assertThatIllegalArgumentException().isThrownBy(() -> backend.embed(x, w, 1, exactRows(2)));
        assertThatIllegalArgumentException().isThrownBy(() -> backend.read(y, 3));
        assertThat(values(y)).isEqualTo(before);
    }
}
