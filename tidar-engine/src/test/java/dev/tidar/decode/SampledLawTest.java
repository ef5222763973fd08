package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TestGrid;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.decode.TableModel.Fault;
import dev.tidar.decode.TableModel.Table;
import dev.tidar.draft.DraftModel;
import dev.tidar.draft.Drafter;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.kvcache.KvCache;
import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.PlainSampling;
import dev.tidar.sampling.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sampled text has the law of autoregressive sampling: G-tests of single tokens and of pairs against the exact law,
 * with a drafter that differs from the verifier. Each planted fault must fail them.
 */
@DisplayName("The law of sampled text")
class SampledLawTest {

    private static final int VOCAB = 8;
    private static final List<Integer> PROMPT = List.of(1, 2);

    /** Temperature alone. */
    private static final SamplingParams PLAIN = new SamplingParams(0.8f, 0);

    /** Every filter, every penalty, a bias, and a token that may not come first. Each changes the law. */
    private static final SamplingParams ALL_ON = new SamplingParams(
            0.8f,
            0,
            new Filters(6, 0.95, 0.1, 0.94),
            new Penalties(1.4f, 0.3f, 0.2f),
            new LogitBias(new int[] {2, 5}, new float[] {0.7f, -0.4f}),
            new BannedIds(new int[] {4, 6}, PROMPT.size() + 1),
            OptionalInt.empty());

    private static final int SAMPLES = 10_000;
    private static final int SEEDS = TestGrid.size(4, 6, 20);

    /** Standard normal quantile of 1 - 1e-4. */
    private static final double QUANTILE = 3.719;

    private static final Table VERIFIER = table(5);
    private static final Table DRAFTER = (position, beforeLast, last) -> {
        double[] scores = VERIFIER.scores(position, 3, last).clone();
        for (int id = 0; id < VOCAB; id++) {
            scores[id] += 0.7 * Math.sin(id * 2.3 + position);
        }
        return scores;
    };

    static Stream<StepLayout> layouts() {
        return Stream.of(
                StepLayout.AUTOREGRESSIVE,
                new SinglePass(2, StepLayout.allOutcomes(2)),
                new SinglePass(4, StepLayout.allOutcomes(4)),
                new SinglePass(4, new TreeSet<>(Set.of(1, 3))),
                new TwoPass(4),
                new WithDraftModel(4));
    }

    @Test
    void isThatOfAutoregressiveSampling() {
        assertThat(failures(new SinglePass(4, StepLayout.allOutcomes(4)), PLAIN, Fault.NONE))
                .isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layouts")
    void isThatOfAutoregressiveSamplingWithEveryFilterOn(StepLayout layout) {
        assertThat(failures(layout, ALL_ON, Fault.NONE)).isZero();
    }

    static Stream<SamplingParams> eachOff() {
        Filters f = ALL_ON.filters();
        Penalties p = ALL_ON.penalties();
        return Stream.of(
                with(new Filters(0, f.topP(), f.minP(), f.typicalP()), p, ALL_ON.bias(), ALL_ON.banned()),
                with(new Filters(f.topK(), 1, f.minP(), f.typicalP()), p, ALL_ON.bias(), ALL_ON.banned()),
                with(new Filters(f.topK(), f.topP(), 0, f.typicalP()), p, ALL_ON.bias(), ALL_ON.banned()),
                with(new Filters(f.topK(), f.topP(), f.minP(), 1), p, ALL_ON.bias(), ALL_ON.banned()),
                with(f, new Penalties(1, p.frequency(), p.presence()), ALL_ON.bias(), ALL_ON.banned()),
                with(f, new Penalties(p.repetition(), 0, p.presence()), ALL_ON.bias(), ALL_ON.banned()),
                with(f, new Penalties(p.repetition(), p.frequency(), 0), ALL_ON.bias(), ALL_ON.banned()),
                with(f, p, LogitBias.NONE, ALL_ON.banned()),
                with(f, p, ALL_ON.bias(), BannedIds.NONE));
    }

    private static SamplingParams with(Filters filters, Penalties penalties, LogitBias bias, BannedIds banned) {
        return new SamplingParams(0.8f, 0, filters, penalties, bias, banned, OptionalInt.empty());
    }

    @ParameterizedTest
    @MethodSource("eachOff")
    void isAnotherWithoutAnyOneOfThem(SamplingParams without) {
        double[] law = flat(lawOfThePair(without));
        double[] full = flat(lawOfThePair(ALL_ON));
        double difference = 0;
        for (int i = 0; i < law.length; i++) {
            difference += Math.abs(law[i] - full[i]);
        }
        assertThat(difference).isGreaterThan(0.01);
    }

    @Nested
    class IsMissedBy {

        @ParameterizedTest
        @EnumSource(
                value = Fault.class,
                mode = EnumSource.Mode.EXCLUDE,
                names = {"NONE", "DRAFT_NOISE_OFF_BY_ONE"})
        void everyPlantedFault(Fault fault) {
            assertThat(failures(new SinglePass(4, StepLayout.allOutcomes(4)), ALL_ON, fault))
                    .isEqualTo(SEEDS);
        }
    }

    @Nested
    class WithADrafterThatEqualsTheVerifier {

        /** Scores that depend on the position alone, so that a mask row can know them. */
        private static final Table BY_POSITION =
                (position, beforeLast, last) -> table(9).scores(position, 0, position % 5);

        @ParameterizedTest(name = "draft length {0}")
        @ValueSource(ints = {2, 4, 8})
        void everyStepKeepsTheWholeBlock(int k) {
            for (StepLayout layout : List.of(new SinglePass(k, StepLayout.allOutcomes(k)), new TwoPass(k))) {
                for (int seed = 0; seed < 50; seed++) {
                    assertThat(keptInFull(layout, k, seed, Fault.NONE))
                            .as("%s, seed %d", layout, seed)
                            .isTrue();
                }
            }
        }

        @ParameterizedTest(name = "draft length {0}")
        @ValueSource(ints = {2, 4, 8})
        void noiseOfTheNeighbouringPositionIsFound(int k) {
            StepLayout layout = new SinglePass(k, StepLayout.allOutcomes(k));
            int full = 0;
            for (int seed = 0; seed < 50; seed++) {
                full += keptInFull(layout, k, seed, Fault.DRAFT_NOISE_OFF_BY_ONE) ? 1 : 0;
            }
            assertThat(full).isLessThan(10);
        }

        private boolean keptInFull(StepLayout layout, int k, int seed, Fault fault) {
            TableModel model = new TableModel(BY_POSITION, BY_POSITION, VOCAB, fault);
            List<Integer> kept =
                    decode(model, layout, PLAIN, seed, 1 + 3 * k).stats().kept();
            return kept.equals(List.of(k, k, k));
        }
    }

    /** Of all seeds, those on which one of the two tests fails. */
    private static int failures(StepLayout layout, SamplingParams how, Fault fault) {
        TableModel model = new TableModel(VERIFIER, DRAFTER, VOCAB, fault);
        double[][] law = lawOfThePair(how);
        int failures = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            long[] single = new long[VOCAB];
            long[][] pairs = new long[VOCAB][VOCAB];
            for (int i = 0; i < SAMPLES; i++) {
                List<Integer> tokens = decode(model, layout, how, (long) seed * SAMPLES + i, 4)
                        .sequence()
                        .emitted();
                single[tokens.get(2)]++;
                pairs[tokens.get(1)][tokens.get(2)]++;
            }
            boolean ok = fits(single, marginal(law)) && fits(flat(pairs), flat(law));
            failures += ok ? 0 : 1;
        }
        System.Logger log = System.getLogger(SampledLawTest.class.getName());
        log.log(
                System.Logger.Level.INFO,
                "{0}, {1}, fault {2}: {3} of {4} seeds (0..) fail",
                layout,
                how == ALL_ON ? "every filter on" : "temperature alone",
                fault,
                failures,
                SEEDS);
        return failures;
    }

    private static RunningSequence decode(
            TableModel model, StepLayout layout, SamplingParams how, long seed, int tokens) {
        Decoder decoder = new Decoder(model, VOCAB - 1);
        // scores from two tokens, but not those of the verifier
        TableModel smaller = new TableModel(DRAFTER, DRAFTER, VOCAB, Fault.NONE);
        DraftModel draftModel = new DraftModel(smaller, new KvCache(new BlockPool(4), 16), VOCAB, 64);
        Drafter drafter = new Drafter(draftModel, () -> 0);
        SamplingParams params = new SamplingParams(
                how.temperature(), seed, how.filters(), how.penalties(), how.bias(), how.banned(), OptionalInt.empty());
        RunningSequence sequence = new RunningSequence(
                new DecodeRequest(PROMPT, params, tokens, 64),
                LayoutChoice.fixed(layout),
                new BlockTable(new BlockPool(4), 16),
                TokenSink.NONE,
                layout instanceof WithDraftModel ? draftModel.sequence(PROMPT, "") : Optional.empty());
        while (sequence.finish().isEmpty()) {
            drafter.draft(decoder.draftWish(sequence).stream().toList(), 64);
            decoder.step(List.of(decoder.plan(sequence, 64).orElseThrow()));
        }
        return sequence;
    }

    /** The exact joint law of the second and the third token after the prompt. */
    private static double[][] lawOfThePair(SamplingParams how) {
        double[][] law = new double[VOCAB][VOCAB];
        double[] first = probabilities(how, List.of());
        for (int a = 0; a < VOCAB; a++) {
            double[] second = probabilities(how, List.of(a));
            for (int b = 0; b < VOCAB; b++) {
                double[] third = probabilities(how, List.of(a, b));
                for (int c = 0; c < VOCAB; c++) {
                    law[b][c] += first[a] * second[b] * third[c];
                }
            }
        }
        return law;
    }

    private static double[] probabilities(SamplingParams how, List<Integer> answer) {
        List<Integer> tokens = new ArrayList<>(PROMPT);
        tokens.addAll(answer);
        int position = tokens.size();
        double[] scores = VERIFIER.scores(position, tokens.get(position - 2), tokens.get(position - 1))
                .clone();
        scores[VOCAB - 1] = Double.NEGATIVE_INFINITY;
        return PlainSampling.probabilities(scores, how, PROMPT, answer);
    }

    /** Scores of a Markov chain of order two, the mask among the likely ids. */
    private static Table table(long seed) {
        double[][][] scores = new double[VOCAB][VOCAB][VOCAB];
        var random = new SplittableRandom(seed);
        for (double[][] plane : scores) {
            for (double[] row : plane) {
                for (int id = 0; id < VOCAB; id++) {
                    row[id] = random.nextDouble(-1.5, 1.5);
                }
                row[VOCAB - 1] = 1;
            }
        }
        return (position, beforeLast, last) -> scores[beforeLast][last];
    }

    /** G-test: 2 sum O ln(O / E) is about chi-squared; its tail by Wilson and Hilferty's cube root. */
    private static boolean fits(long[] observed, double[] law) {
        double total = 0;
        for (long n : observed) {
            total += n;
        }
        double g = 0;
        int freedom = -1;
        for (int i = 0; i < law.length; i++) {
            if (law[i] == 0) {
                if (observed[i] > 0) {
                    return false;
                }
                continue;
            }
            freedom++;
            g += observed[i] == 0 ? 0 : 2 * observed[i] * Math.log(observed[i] / (total * law[i]));
        }
        double spread = 2.0 / (9 * freedom);
        return (Math.cbrt(g / freedom) - (1 - spread)) / Math.sqrt(spread) < QUANTILE;
    }

    private static double[] marginal(double[][] law) {
        double[] sums = new double[VOCAB];
        for (double[] row : law) {
            for (int id = 0; id < VOCAB; id++) {
                sums[id] += row[id];
            }
        }
        return sums;
    }

    private static double[] flat(double[][] table) {
        return Stream.of(table).flatMapToDouble(java.util.Arrays::stream).toArray();
    }

    private static long[] flat(long[][] table) {
        return Stream.of(table).flatMapToLong(java.util.Arrays::stream).toArray();
    }
}
