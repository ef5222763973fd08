package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidar.api.WeightFormat;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Float16;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.QueryScale;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backend does for rotation, the KV cache and attention, whatever the dtype of its cache. Tolerances as in
 * {@link BackendContract}: what is read from a cache is compared with its rounded elements, so they know no dtype.
 */
@ParameterizedClass(name = "{0} cache")
@EnumSource(
        value = DType.class,
        names = {"F32", "BF16"})
abstract class AttentionContract {

    private static final int LAYERS = 2;
    private static final int LAYER = 1;

    @Parameter
    DType kvType;

    private final SplittableRandom random = new SplittableRandom(BackendContract.SEED);
    private final Backend backend = create(WeightFormat.AUTO);

    abstract Backend create(WeightFormat weights);

    @AfterEach
    void close() {
        backend.close();
    }

    @ParameterizedTest
    @CsvSource({"2, false", "8, true", "64, false", "128, true"})
    void rotatesQueriesAndKeysByTheirPositionAndLeavesValuesAlone(int headDim, boolean normed) {
        var heads = new HeadGeometry(4, 2, headDim);
        float[] gain = matrix(1, headDim).values();
        Optional<HeadNorms> norms =
                normed ? Optional.of(new HeadNorms(backend.gain(gain), backend.gain(gain), 1e-6f)) : Optional.empty();
        float[] frequencies = frequencies(headDim);
        StepRows rows = exactRows(new int[] {0, 1}, 3, 20);
        Tensor qkv = tensor(matrix(20, heads.columns()));
        float[] before = backend.read(qkv, 20);

        backend.rotateAndStore(
                qkv, heads, norms, backend.rotaryTable(Rotation.of(frequencies), 40), cache(heads, 16, 2), LAYER, rows);

        float[] after = backend.read(qkv, 20);
        for (int at = 0; at < after.length; at += headDim) {
            int row = at / heads.columns();
            if (at % heads.columns() >= 6 * headDim) {
                for (int d = 0; d < headDim; d++) {
                    assertThat(after[at + d]).isEqualTo(before[at + d]);
                }
            } else {
                double[] expected = normed ? normalised(before, at, gain) : plain(before, at, headDim);
                checkRotated(after, at, expected, rows.position(row), frequencies);
            }
        }
    }

    @Test
    void queriesAreScaledByTheirPositionAndPairsWithoutAFrequencyStay() {
        var heads = new HeadGeometry(2, 1, 4);
        var scale = new QueryScale(0.5f, 0.1f, 8);
        Rotation rotation = new Rotation(new float[] {0.3f, 0}, 1.25f, scale);
        StepRows rows = exactRows(new int[] {0, 1}, 5, 20);
        Tensor qkv = tensor(matrix(20, heads.columns()));
        float[] before = backend.read(qkv, 20);

        backend.rotateAndStore(
                qkv, heads, Optional.empty(), backend.rotaryTable(rotation, 40), cache(heads, 16, 2), LAYER, rows);

        float[] after = backend.read(qkv, 20);
        for (int row = 0; row < 20; row++) {
            int position = 5 + row;
            double growth = 0.5 * (1 + 0.1 * Math.log(1 + position / 8));
            for (int head = 0; head < 3; head++) {
                int at = row * heads.columns() + head * 4;
                double times = head < 2 ? growth : 1;
                double angle = position * 0.3f;
                double turned = 1.25 * (before[at] * Math.cos(angle) - before[at + 2] * Math.sin(angle));
                double bound = 16 * Bound.U * (Math.abs(before[at]) + Math.abs(before[at + 2])) * 1.25 * times;
                new Bound(turned * times, bound).check(after[at], "head", row, head);
                new Bound(before[at + 1] * times, 4 * Bound.U * Math.abs(before[at + 1]))
                        .check(after[at + 1], "still pair", row, head);
            }
        }
    }

    @ParameterizedTest(name = "a window of {0}")
    @ValueSource(ints = {1, 15, 16, 33, 70, 200})
    void aRowSeesNoCachedKeyBeforeItsWindow(int tokens) {
        Conversation conversation = new Conversation(new HeadGeometry(6, 2, 16), 16, 100);
        conversation.window = new Window(tokens);

        float[] out = conversation.exact(0, 100);

        for (int row = 0; row < 100; row++) {
            conversation.check(out, row, Math.max(0, row + 1 - tokens), row + 1, 0, 0);
        }
    }

    @ParameterizedTest(name = "{0} cached tokens, a group of {1}, a window of {2}")
    @CsvSource({"40, 8, 33", "90, 32, 32", "20, 8, 64", "64, 4, 48"})
    void aWindowHidesNothingOfADraftingRowsOwnGroup(int cached, int group, int tokens) {
        Conversation conversation = new Conversation(new HeadGeometry(6, 2, 16), 16, 100);
        conversation.window = new Window(tokens);
        conversation.exact(0, 100);
        var builder = new StepRows.Builder();
        int sequence = builder.sequence(conversation.blockTable);
        builder.group(sequence, new int[group], cached, cached);

        float[] out = conversation.run(builder.build());

        for (int row = 0; row < group; row++) {
            conversation.check(out, row, Math.max(0, cached + row + 1 - tokens), cached, 0, group);
        }
    }

    private static double[] plain(float[] x, int at, int headDim) {
        double[] head = new double[headDim];
        for (int d = 0; d < headDim; d++) {
            head[d] = x[at + d];
        }
        return head;
    }

    private static double[] normalised(float[] x, int at, float[] gain) {
        double squares = 0;
        for (int d = 0; d < gain.length; d++) {
            squares += Math.pow(x[at + d], 2);
        }
        double[] head = new double[gain.length];
        for (int d = 0; d < gain.length; d++) {
            head[d] = x[at + d] / Math.sqrt(squares / gain.length + 1e-6f) * gain[d];
        }
        return head;
    }

    private static void checkRotated(float[] actual, int at, double[] head, int position, float[] frequencies) {
        int half = frequencies.length;
        for (int i = 0; i < half; i++) {
            double angle = position * frequencies[i]; // a float product: the definition of the table
            double error = (2 * half + 12) * Bound.U * (Math.abs(head[i]) + Math.abs(head[i + half]));
            new Bound(head[i] * Math.cos(angle) - head[i + half] * Math.sin(angle), error)
                    .check(actual[at + i], "head", at, i);
            new Bound(head[i + half] * Math.cos(angle) + head[i] * Math.sin(angle), error)
                    .check(actual[at + half + i], "head", at, i + half);
        }
    }

    @ParameterizedTest(name = "{0} heads, {1} KV heads of {2}, blocks of {3}, {4} tokens")
    @CsvSource({
        "1, 1, 2, 16, 1",
        "4, 2, 8, 16, 15",
        "4, 2, 16, 16, 16",
        "9, 3, 64, 16, 17",
        "9, 3, 64, 16, 33",
        "2, 1, 24, 4, 9",
        "6, 1, 32, 32, 70",
        "16, 8, 128, 16, 65",
        "3, 3, 10, 16, 257"
    })
    void everyRowSeesItsCachedKeys(int numHeads, int kvHeads, int headDim, int blockTokens, int tokens) {
        var heads = new HeadGeometry(numHeads, kvHeads, headDim);
        Conversation conversation = new Conversation(heads, blockTokens, tokens);

        float[] out = conversation.exact(0, tokens);

        for (int row = 0; row < tokens; row++) {
            conversation.check(out, row, row + 1, 0, 0);
        }
    }

    @Test
    void aRowReadsItsOwnKeyAndValueRoundedToTheNearestEven() {
        var heads = new HeadGeometry(1, 1, 2);
        PagedKv kv = cache(heads, 16, 1);
        RotaryTable rope = backend.rotaryTable(Rotation.of(0), 2);
        float half = 0x1p-8f; // of a step between bf16 numbers above 1
        // Rounded, both keys score 64 * 1 against this query; as they are, they differ by 64 * half.
        float[] first = {64, 0, 1, 0, 1 + half, 1 + 3 * half};
        float[] second = {64, 0, 1 + half, 0, -1 - half - 0x1p-20f, 3};
        Tensor qkv = tensor(Matrix.of(2, 6, concatenated(first, second)));
        Tensor out = backend.allocate(2, 2);
        StepRows rows = exactRows(new int[] {0}, 0, 2);
        backend.rotateAndStore(qkv, heads, Optional.empty(), rope, kv, LAYER, rows);

        backend.attention(out, qkv, heads, kv, LAYER, Window.ALL, rows);

        float[] actual = backend.read(out, 2);
        if (kvType == DType.BF16) {
            assertThat(actual).containsExactly(1, 1 + 4 * half, -half, (1 + 4 * half + 3) / 2);
        } else {
            assertThat(Arrays.copyOf(actual, 2)).containsExactly(1 + half, 1 + 3 * half);
        }
        assertThat(Arrays.copyOfRange(backend.read(qkv, 2), 6, 12)).isEqualTo(second);
    }

    private static float[] concatenated(float[] first, float[] second) {
        float[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @ParameterizedTest(name = "{0} cached tokens, a group of {1}")
    @CsvSource({"0, 4", "1, 1", "16, 8", "30, 17", "33, 32"})
    void aDraftingRowSeesItsOwnGroupInBothDirectionsBesides(int cached, int group) {
        Conversation conversation = new Conversation(new HeadGeometry(6, 2, 16), 16, 40);
        conversation.exact(0, 40);
        var builder = new StepRows.Builder();
        int sequence = builder.sequence(conversation.blockTable);
        builder.group(sequence, new int[group], cached, cached);
        builder.group(sequence, new int[group], cached + 1, cached + 1);

        float[] out = conversation.run(builder.build());

        for (int row = 0; row < 2 * group; row++) {
            int first = row < group ? 0 : group;
            conversation.check(out, row, row < group ? cached : cached + 1, first, group);
        }
    }

    @Test
    void draftingRowsLeaveTheCacheAlone() {
        Conversation conversation = new Conversation(new HeadGeometry(2, 1, 16), 16, 20);
        conversation.exact(0, 20);
        var builder = new StepRows.Builder();
        int sequence = builder.sequence(conversation.blockTable);
        builder.group(sequence, new int[8], 12, 12);
        conversation.run(builder.build());

        float[] out = conversation.exact(20, 1);

        conversation.check(out, 0, 21, 0, 0);
    }

    @Test
    void whatASlotHeldBeforeIsNeitherSeenNorHarmful() {
        Conversation conversation = new Conversation(new HeadGeometry(4, 1, 16), 16, 40);
        conversation.exact(0, 5);
        conversation.poison(5, 30);

        float[] out = conversation.exact(5, 3);

        for (int row = 0; row < 3; row++) {
            conversation.check(out, row, 6 + row, 0, 0);
        }
    }

    @Test
    void sequencesOfAStepSeeOnlyTheirOwnKeys() {
        var heads = new HeadGeometry(4, 2, 16);
        PagedKv shared = cache(heads, 16, 8);
        Conversation one = new Conversation(heads, shared, new int[] {3, 1});
        Conversation two = new Conversation(heads, shared, new int[] {0, 7});
        one.exact(0, 18);
        two.exact(0, 9);
        var builder = new StepRows.Builder();
        builder.sequence(one.blockTable);
        builder.sequence(two.blockTable);
        builder.exact(0, 0, 18);
        builder.exact(1, 0, 9);
        Tensor qkv = tensor(matrix(2, heads.columns()));
        float[] out = one.run(builder.build(), qkv);

        float[] rows = backend.read(qkv, 2);
        one.remember(rows, 0);
        two.remember(rows, 1);
        one.check(out, 0, 19, 0, 0);
        two.fresh = rows;
        two.check(out, 1, 10, 0, 0);
    }

    @Test
    void largeScoresNeitherOverflowNorLoseTheBestKey() {
        var heads = new HeadGeometry(1, 1, 2);
        Tensor qkv = tensor(Matrix.of(2, 6, 1000, 0, 1000, 0, 1, 2, 1000, 0, -1000, 0, 3, 4));
        Tensor out = backend.allocate(2, 2);
        PagedKv kv = cache(heads, 16, 1);
        StepRows rows = exactRows(new int[] {0}, 0, 2);
        backend.rotateAndStore(qkv, heads, Optional.empty(), backend.rotaryTable(Rotation.of(0), 2), kv, LAYER, rows);

        backend.attention(out, qkv, heads, kv, LAYER, Window.ALL, rows);

        assertThat(backend.read(out, 2)).containsExactly(1, 2, 1, 2);
    }

    @Test
    void rejectsRowsBeyondTheTableAndBlocksBeyondTheCache() {
        var heads = new HeadGeometry(1, 1, 2);
        PagedKv kv = cache(heads, 16, 2);
        RotaryTable rope = backend.rotaryTable(Rotation.of(1), 4);
        Tensor qkv = tensor(matrix(1, 6));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.rotateAndStore(
                        qkv, heads, Optional.empty(), rope, kv, LAYER, exactRows(new int[] {0}, 4, 1)))
                .withMessage("position must be in [0, 4), but is 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.rotateAndStore(
                        qkv, heads, Optional.empty(), rope, kv, LAYER, exactRows(new int[] {2}, 0, 1)))
                .withMessage("block must be in [0, 2), but is 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.attention(
                        backend.allocate(1, 2), qkv, heads, kv, LAYERS, Window.ALL, exactRows(new int[] {0}, 0, 1)))
                .withMessage("layer must be in [0, 2), but is 2");
    }

    @Test
    void rejectsABlockTableThatIsShorterThanWhatARowSees() {
        var heads = new HeadGeometry(1, 1, 2);
        PagedKv kv = cache(heads, 16, 4);
        RotaryTable rope = backend.rotaryTable(Rotation.of(1), 40);
        Tensor qkv = tensor(matrix(1, 6));
        float[] before = backend.read(qkv, 1);
        var rows = new StepRows.Builder();
        rows.sequence(new int[] {3, 1, 2});
        rows.exact(rows.sequence(new int[] {0}), 0, 32);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.rotateAndStore(qkv, heads, Optional.empty(), rope, kv, LAYER, rows.build()))
                .withMessage("block table of sequence 1 must have 3 blocks, but has 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        backend.attention(backend.allocate(1, 2), qkv, heads, kv, LAYER, Window.ALL, rows.build()))
                .withMessage("block table of sequence 1 must have 3 blocks, but has 1");
        assertThat(backend.read(qkv, 1)).isEqualTo(before);
    }

    private PagedKv cache(HeadGeometry heads, int blockTokens, int blocks) {
        return backend.allocateKv(
                new KvGeometry(LAYERS, heads.numKvHeads(), heads.headDim(), blockTokens, kvType), blocks);
    }

    private static float[] frequencies(int headDim) {
        float[] frequencies = new float[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(10_000, -2.0 * i / headDim);
        }
        return frequencies;
    }

    private static StepRows exactRows(int[] blockTable, int position, int count) {
        var builder = new StepRows.Builder();
        int sequence = builder.sequence(blockTable);
        for (int i = 0; i < count; i++) {
            builder.exact(sequence, 0, position + i);
        }
        return builder.build();
    }

    private Matrix matrix(int rows, int columns) {
        return Matrix.random(random, rows, columns, DType.F32);
    }

    private Tensor tensor(Matrix values) {
        Tensor tensor = backend.allocate(values.rows(), values.columns());
        var builder = new StepRows.Builder();
        int sequence = builder.sequence(new int[] {0});
        for (int i = 0; i < values.rows(); i++) {
            builder.exact(sequence, i, i);
        }
        backend.embed(tensor, backend.linear(List.of(LinearSource.of(values))), 1, builder.build());
        return tensor;
    }

    /** One sequence: runs steps on it and keeps what should be in its cache. */
    private final class Conversation {
        private final HeadGeometry heads;
        private final PagedKv kv;
        private final int[] blockTable;
        private final List<float[]> cached = new ArrayList<>();
        private float[] fresh = {};
        private Window window = Window.ALL;

        Conversation(HeadGeometry heads, int blockTokens, int tokens) {
            this(heads, cache(heads, blockTokens, tokens / blockTokens + 3), scattered(tokens / blockTokens + 3));
        }

        Conversation(HeadGeometry heads, PagedKv kv, int[] blockTable) {
            this.heads = heads;
            this.kv = kv;
            this.blockTable = blockTable;
        }

        float[] exact(int position, int count) {
            float[] out = run(exactRows(blockTable, position, count));
            for (int row = 0; row < count; row++) {
                remember(fresh, row);
            }
            return out;
        }

        /** Keeps the key and the value of a row as the cache should hold them. */
        void remember(float[] qkv, int row) {
            float[] columns = new float[heads.columns()];
            System.arraycopy(qkv, row * columns.length, columns, 0, columns.length);
            for (int i = heads.queryColumns(); i < columns.length && kvType == DType.BF16; i++) {
                columns[i] = Float16.fromBf16(Float16.toBf16(columns[i]));
            }
            cached.add(columns);
        }

        /** Fills slots with NaN, as a request that failed may leave them. */
        void poison(int position, int count) {
            float[] nan = new float[count * heads.columns()];
            Arrays.fill(nan, Float.NaN);
            run(exactRows(blockTable, position, count), tensor(Matrix.of(count, heads.columns(), nan)));
        }

        float[] run(StepRows rows) {
            return run(rows, tensor(matrix(rows.counts().total(), heads.columns())));
        }

        float[] run(StepRows rows, Tensor qkv) {
            int total = rows.counts().total();
            RotaryTable rope = backend.rotaryTable(Rotation.of(frequencies(heads.headDim())), 400);
            backend.rotateAndStore(qkv, heads, Optional.empty(), rope, kv, LAYER, rows);
            fresh = backend.read(qkv, total);
            Tensor out = backend.allocate(total, heads.queryColumns());
            backend.attention(out, qkv, heads, kv, LAYER, window, rows);
            return backend.read(out, total);
        }

        void check(float[] out, int row, int visible, int groupFirst, int group) {
            check(out, row, 0, visible, groupFirst, group);
        }

        /** Compares a row of the last step with softmax attention in double. */
        void check(float[] out, int row, int first, int visible, int groupFirst, int group) {
            List<float[]> keys = new ArrayList<>(cached.subList(Math.min(first, visible), visible));
            for (int i = 0; i < group; i++) {
                float[] columns = new float[heads.columns()];
                System.arraycopy(fresh, (groupFirst + i) * columns.length, columns, 0, columns.length);
                keys.add(columns);
            }
            for (int head = 0; head < heads.numHeads(); head++) {
                checkHead(out, row, head, keys);
            }
        }

        private void checkHead(float[] out, int row, int head, List<float[]> keys) {
            int dim = heads.headDim();
            int kvHead = head / heads.queryHeadsPerKvHead();
            double[] weights = new double[keys.size()];
            double scoreError = 0;
            double sum = 0;
            for (int t = 0; t < weights.length; t++) {
                double score = 0;
                double magnitudes = 0;
                for (int d = 0; d < dim; d++) {
                    double term = (double) fresh[row * heads.columns() + head * dim + d]
                            * keys.get(t)[(heads.numHeads() + kvHead) * dim + d];
                    score += term;
                    magnitudes += Math.abs(term);
                }
                scoreError = Math.max(scoreError, (dim + 3) * Bound.U * magnitudes / Math.sqrt(dim));
                weights[t] = Math.exp(score / Math.sqrt(dim));
                sum += weights[t];
            }
            for (int d = 0; d < dim; d++) {
                double value = 0;
                double magnitudes = 0;
                for (int t = 0; t < weights.length; t++) {
                    double v = keys.get(t)[(heads.numHeads() + heads.numKvHeads() + kvHead) * dim + d];
                    value += weights[t] / sum * v;
                    magnitudes += weights[t] / sum * Math.abs(v);
                }
                double error = (2.1 * scoreError + (2 * weights.length + 16) * Bound.U) * magnitudes;
                new Bound(value, error).check(out[row * heads.queryColumns() + head * dim + d], "out", row, d);
            }
        }
    }

    /** Block numbers in an order that is not ascending. */
    private static int[] scattered(int blocks) {
        int[] table = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            table[i] = blocks - 1 - i;
        }
        return table;
    }
}
