package dev.tidar.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.tensor.Ids;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens remain, and with which score: compared with {@link PlainSampling}, which sorts and adds up doubles. */
@DisplayName("Choosing who may be drawn")
class FilterTest {

    private static final float NEVER = Float.NEGATIVE_INFINITY;
    private static final List<Integer> PROMPT = List.of(1, 3, 3, 7);
    private static final List<Integer> ANSWER = List.of(2, 3, 2, 2, 6);

    private final TokenSampler sampler = new TokenSampler();

    static Stream<Filters> filters() {
        return Stream.of(
                new Filters(1, 1, 0, 1),
                new Filters(7, 1, 0, 1),
                new Filters(40, 1, 0, 1),
                new Filters(100_000, 1, 0, 1),
                new Filters(0, 0.0003, 0, 1),
                new Filters(0, 0.4567, 0, 1),
                new Filters(0, 0.9001, 0, 1),
                new Filters(0, 0.99903, 0, 1),
                new Filters(0, 1, 0.0503, 1),
                new Filters(0, 1, 1, 1),
                new Filters(0, 1, 0, 0.2003),
                new Filters(0, 1, 0, 0.9503),
                new Filters(50, 0.9001, 0.0203, 0.9003));
    }

    @ParameterizedTest
    @MethodSource("filters")
    void leavesWhomSortingLeaves(Filters filters) {
        for (int seed = 0; seed < 40; seed++) {
            for (int size : new int[] {1, 5, 64, 65, 700}) {
                float[] logits = logits(seed, size);
                SamplingParams how = new SamplingParams(0.9f, seed, filters);
                assertThat(survivors(logits, how))
                        .as("seed %d, %d tokens", seed, size)
                        .isEqualTo(likely(PlainSampling.probabilities(doubles(logits), how, List.of(), List.of())));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("filters")
    void drawsNobodyElse(Filters filters) {
        float[] logits = logits(3, 200);
        SamplingParams how = new SamplingParams(2, 11, filters);
        Set<Integer> left = survivors(logits, how);
        Set<Integer> drawn = new TreeSet<>();
        for (int position = 0; position < 5000; position++) {
            drawn.add(sample(logits, how, position));
        }
        assertThat(left).containsAll(drawn);
        assertThat(drawn).hasSizeGreaterThan(left.size() / 3);
    }

    @Test
    void tellsEqualScoresApartInNoFilter() {
        float[] logits = {2, 1, 2, 1, 1, 0};
        assertThat(survivors(logits, new SamplingParams(1, 1, new Filters(1, 1, 0, 1))))
                .containsExactly(0, 2);
        assertThat(survivors(logits, new SamplingParams(1, 1, new Filters(3, 1, 0, 1))))
                .containsExactly(0, 1, 2, 3, 4);
        assertThat(survivors(logits, new SamplingParams(1, 1, new Filters(0, 0.1, 0, 1))))
                .containsExactly(0, 2);
        assertThat(survivors(logits, new SamplingParams(1, 1, new Filters(0, 1, 1, 1))))
                .containsExactly(0, 2);
    }

    @Test
    void looksAtWhatTheFilterBeforeLeft() {
        // 0.4, 0.3, 0.2, 0.1: of the first two the best has 4/7
        float[] logits = {ln(0.4), ln(0.3), ln(0.2), ln(0.1)};
        assertThat(survivors(logits, new SamplingParams(1, 1, new Filters(0, 0.55, 0, 1))))
                .containsExactly(0, 1);
        assertThat(survivors(logits, new SamplingParams(1, 1, new Filters(2, 0.55, 0, 1))))
                .containsExactly(0);
    }

    @Test
    void keepsTypicalTokensRatherThanTheLikeliest() {
        // entropy 1.97: a surprise of ln 10 = 2.3 is closer to it than one of ln 2 = 0.69
        double[] p = {0.5, 0.1, 0.1, 0.1, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02};
        float[] logits = new float[p.length];
        for (int id = 0; id < p.length; id++) {
            logits[id] = ln(p[id]);
        }
        assertThat(survivors(logits, new SamplingParams(1, 1, new Filters(0, 1, 0, 0.25))))
                .containsExactly(1, 2, 3);
    }

    @ParameterizedTest(name = "{0} tokens")
    @ValueSource(ints = {5, 64, 65, 5000})
    void findsTheKeyAtWhichWeightsReachAGoal(int size) {
        var random = new SplittableRandom(size);
        for (int round = 0; round < 50; round++) {
            int range = round % 2 == 0 ? 8 : Integer.MAX_VALUE;
            int[] keys = random.ints(size, 0, range).toArray();
            long[] weights = random.longs(size, 0, 1000).toArray();
            weights[0] = 1;
            long goal = random.nextLong(1, Arrays.stream(weights).sum() + 1);

            int[] order = IntStream.range(0, size)
                    .boxed()
                    .sorted((a, b) -> Integer.compare(keys[a], keys[b]))
                    .mapToInt(i -> i)
                    .toArray();
            int last = 0;
            for (long sum = weights[order[0]]; sum < goal; sum += weights[order[last]]) {
                last++;
            }
            assertThat(new Quantile().key(keys, weights, size, goal)).isEqualTo(keys[order[last]]);
        }
    }

    @Nested
    class Before {

        private final SamplingParams all = new SamplingParams(
                0.7f,
                5,
                new Filters(12, 0.9503, 0.0103, 1),
                new Penalties(1.3f, 0.4f, 0.6f),
                new LogitBias(new int[] {0, 3, 9}, new float[] {1.5f, -2, 0.25f}),
                new BannedIds(new int[] {4, 5}, 1000),
                OptionalInt.empty());

        @Test
        void biasPenaltiesAndBannedTokensCount() {
            for (int seed = 0; seed < 200; seed++) {
                float[] logits = logits(seed, 30);
                double[] law = PlainSampling.probabilities(doubles(logits), all, PROMPT, ANSWER);
                assertThat(survivors(logits, rule(all), 9)).as("seed %d", seed).isEqualTo(likely(law));
            }
        }

        @Test
        void greedySamplesHonourThemAsWell() {
            SamplingParams greedy = new SamplingParams(
                    0, 0, Filters.NONE, all.penalties(), all.bias(), all.banned(), OptionalInt.empty());
            SamplingParams hot = new SamplingParams(
                    1, 0, Filters.NONE, all.penalties(), all.bias(), all.banned(), OptionalInt.empty());
            int changed = 0;
            for (int seed = 0; seed < 200; seed++) {
                float[] logits = smooth(seed, 30);
                double[] law = PlainSampling.probabilities(doubles(logits), hot, PROMPT, ANSWER);
                int best = argmax(law);
                assertThat(sampler.sample(logits, 0, 30, rule(greedy), 9)).isEqualTo(best);
                changed += best == argmax(doubles(logits)) ? 0 : 1;
            }
            assertThat(changed).isGreaterThan(20);
        }

        @Test
        void aTokenIsBannedOnlyBeforeItsPosition() {
            SamplingParams how = new SamplingParams(
                    0,
                    0,
                    Filters.NONE,
                    Penalties.NONE,
                    LogitBias.NONE,
                    new BannedIds(new int[] {1}, 10),
                    OptionalInt.empty());
            float[] logits = {1, 3, 2};
            assertThat(sample(logits, how, 9)).isEqualTo(2);
            assertThat(sample(logits, how, 10)).isEqualTo(1);
        }

        @Test
        void whatDraftsChangedStandsInPlaceOfTheHistory() {
            SamplingParams how = new SamplingParams(
                    0,
                    0,
                    Filters.NONE,
                    new Penalties(2, 0.25f, 0.5f),
                    LogitBias.NONE,
                    BannedIds.NONE,
                    OptionalInt.empty());
            TokenCounts history = new TokenCounts(new int[] {0, 1}, new int[] {0, 1});
            TokenCounts since = new TokenCounts(new int[] {1, 2}, new int[] {2, 1});
            // 8 / 2 = 4; 10 / 2 - 2 x 0.25 - 0.5 = 4; 9.6 / 2 - 0.25 - 0.5 = 4.05
            float[] logits = {8, 10, 9.6f, -1};
            assertThat(sampler.sample(logits, 0, 4, RowSampling.verify(how, history, since), 0))
                    .isEqualTo(2);
            // without the drafts: 4, 10 / 2 - 0.25 - 0.5 = 4.25, 9.6
            assertThat(sampler.sample(logits, 0, 4, RowSampling.draft(how, history), 0))
                    .isEqualTo(2);
            float[] close = {8, 10, 8.2f, -1};
            assertThat(sampler.sample(close, 0, 4, RowSampling.verify(how, history, since), 0))
                    .isZero();
        }

        @Test
        void negativeScoresAreMultiplied() {
            SamplingParams how = new SamplingParams(
                    0, 0, Filters.NONE, new Penalties(2, 0, 0), LogitBias.NONE, BannedIds.NONE, OptionalInt.empty());
            TokenCounts history = new TokenCounts(new int[] {0}, new int[] {0});
            assertThat(sampler.sample(new float[] {-3, -5}, 0, 2, RowSampling.draft(how, history), 0))
                    .isEqualTo(1);
        }

        private RowSampling rule(SamplingParams how) {
            TokenCounts history = new TokenCounts(new int[] {1, 3, 7, 2}, new int[] {0, 1, 0, 1});
            TokenCounts since = new TokenCounts(new int[] {2, 6}, new int[] {3, 1});
            return RowSampling.verify(how, history, since);
        }
    }

    @Nested
    class WithAMask {

        @Test
        void samplesOnlyWhatItAllows() {
            float[] logits = logits(8, 150);
            long[] allowed = {1L << 5 | 1L << 63, 1L << 2};
            for (SamplingParams how : List.of(
                    SamplingParams.GREEDY,
                    new SamplingParams(3, 4),
                    new SamplingParams(3, 4, new Filters(2, 0.9, 0, 1)))) {
                RowSampling rule = RowSampling.draft(how, TokenCounts.NONE).allowing(allowed);
                for (int position = 0; position < 100; position++) {
                    assertThat(sampler.sample(logits, 0, 150, rule, position)).isIn(5, 63, 66);
                }
            }
        }

        @Test
        void findsNoneWhereItAllowsNobody() {
            RowSampling rule = RowSampling.draft(new SamplingParams(1, 1), TokenCounts.NONE)
                    .allowing(new long[1]);
            assertThat(sampler.sample(new float[] {1, 2}, 0, 2, rule, 0)).isEqualTo(Ids.NONE);
        }

        @ParameterizedTest
        @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
        void stillFindsAScoreThatIsNotANumberToCompare(float score) {
            RowSampling rule = RowSampling.draft(new SamplingParams(1, 1), TokenCounts.NONE)
                    .allowing(new long[] {1});
            assertThat(sampler.sample(new float[] {1, score}, 0, 2, rule, 0)).isEqualTo(Ids.NONE);
        }
    }

    @Test
    void leavesTheRowAsItIs() {
        float[] logits = logits(1, 100);
        float[] before = logits.clone();
        SamplingParams how = new SamplingParams(
                1,
                1,
                new Filters(5, 0.5, 0.1, 0.5),
                new Penalties(2, 1, 1),
                new LogitBias(new int[] {1}, new float[] {3}),
                new BannedIds(new int[] {2}, 50),
                OptionalInt.empty());
        sampler.sample(logits, 0, 100, RowSampling.draft(how, new TokenCounts(new int[] {4}, new int[] {2})), 3);
        assertThat(logits).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("filters")
    void findsNoneAmongScoresThatAreNotNumbersToCompare(Filters filters) {
        SamplingParams how = new SamplingParams(1, 1, filters);
        assertThat(sample(new float[] {NEVER, NEVER}, how, 0)).isEqualTo(Ids.NONE);
        assertThat(sample(new float[] {1, Float.NaN}, how, 0)).isEqualTo(Ids.NONE);
        assertThat(sample(new float[] {1, Float.POSITIVE_INFINITY}, how, 0)).isEqualTo(Ids.NONE);
        assertThat(sample(new float[] {NEVER, 1}, how, 0)).isEqualTo(1);
        assertThat(sample(new float[] {3e38f, -3e38f}, how, 0)).isZero();
    }

    @Test
    void rejectsFiltersOutOfRange() {
        assertThatThrownBy(() -> new Filters(-1, 1, 0, 1)).hasMessageContaining("top-k");
        assertThatThrownBy(() -> new Filters(0, 0, 0, 1)).hasMessageContaining("top-p");
        assertThatThrownBy(() -> new Filters(0, 1, Double.NaN, 1)).hasMessageContaining("min-p");
        assertThatThrownBy(() -> new Filters(0, 1, 0, 1.1)).hasMessageContaining("typical-p");
    }

    private int sample(float[] logits, SamplingParams how, int position) {
        return sampler.sample(logits, 0, logits.length, RowSampling.draft(how, TokenCounts.NONE), position);
    }

    private Set<Integer> survivors(float[] logits, SamplingParams how) {
        return survivors(logits, RowSampling.draft(how, TokenCounts.NONE), 0);
    }

    private Set<Integer> survivors(float[] logits, RowSampling rule, int position) {
        sampler.sample(logits, 0, logits.length, rule, position);
        return Arrays.stream(sampler.candidates().ids()).boxed().collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<Integer> likely(double[] law) {
        Set<Integer> ids = new TreeSet<>();
        for (int id = 0; id < law.length; id++) {
            if (law[id] > 0) {
                ids.add(id);
            }
        }
        return ids;
    }

    private static int argmax(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static float ln(double p) {
        return (float) Math.log(p);
    }

    /** In steps of a quarter, so that there are ties. */
    private static float[] logits(long seed, int size) {
        var random = new SplittableRandom(seed);
        float[] logits = new float[size];
        for (int id = 0; id < size; id++) {
            logits[id] = random.nextInt(-24, 25) / 4f;
        }
        return logits;
    }

    private static float[] smooth(long seed, int size) {
        var random = new SplittableRandom(seed);
        float[] logits = new float[size];
        for (int id = 0; id < size; id++) {
            logits[id] = (float) random.nextDouble(-6, 6);
        }
        return logits;
    }
}
