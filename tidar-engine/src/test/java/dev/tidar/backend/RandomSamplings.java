package dev.tidar.backend;

import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Ways to sample a row with every option on and off at random, and scores to sample from. */
final class RandomSamplings {

    private static final float[] TEMPERATURES = {0, 0.3f, 0.8f, 1, 2.5f};
    private static final double[] DENSITIES = {0, 0.02, 0.5, 0.5, 0.95};

    private RandomSamplings() {}

    static List<RowSampling> of(SplittableRandom random, int rows, int vocabSize) {
        List<RowSampling> samplings = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            samplings.add(sampling(random, row / 2 + 1, vocabSize));
        }
        return samplings;
    }

    /** @param position that the row decides */
    static RowSampling sampling(SplittableRandom random, int position, int vocabSize) {
        if (random.nextInt(6) == 0) {
            return RowSampling.draft(new SamplingParams(temperature(random), random.nextLong()), TokenCounts.NONE);
        }
        SamplingParams params = params(random, position, vocabSize);
        TokenCounts history = random.nextBoolean() ? counts(random, vocabSize, 600) : TokenCounts.NONE;
        TokenCounts since = random.nextBoolean() ? counts(random, vocabSize, 5) : TokenCounts.NONE;
        RowSampling sampling = RowSampling.verify(params, history, since);
        return random.nextBoolean() ? sampling : sampling.allowing(mask(random, vocabSize));
    }

    private static SamplingParams params(SplittableRandom random, int position, int vocabSize) {
        int[] bias = ids(random, vocabSize, 5);
        float[] values = new float[bias.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-5, 5);
        }
        return new SamplingParams(
                temperature(random),
                random.nextLong(),
                filters(random, vocabSize),
                new Penalties(
                        random.nextBoolean() ? 1 : (float) random.nextDouble(0.5, 2),
                        (float) random.nextDouble(-1, 2),
                        (float) random.nextDouble(-1, 2)),
                random.nextBoolean() ? LogitBias.NONE : new LogitBias(bias, values),
                new BannedIds(ids(random, vocabSize, 4), position + random.nextInt(-1, 3)),
                random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(random.nextInt(LogProbRow.MAX + 1)));
    }

    private static float temperature(SplittableRandom random) {
        return TEMPERATURES[random.nextInt(TEMPERATURES.length)];
    }

    private static Filters filters(SplittableRandom random, int vocabSize) {
        return new Filters(
                random.nextBoolean() ? 0 : random.nextInt(1, vocabSize + 3),
                random.nextBoolean() ? 1 : random.nextDouble(0.001, 1),
                random.nextBoolean() ? 0 : Math.exp(random.nextDouble(-9, 0)),
                random.nextBoolean() ? 1 : random.nextDouble(0.001, 1));
    }

    static SamplingParams asking(SamplingParams params, int top) {
        return new SamplingParams(
                params.temperature(),
                params.seed(),
                params.filters(),
                params.penalties(),
                params.bias(),
                params.banned(),
                OptionalInt.of(top));
    }

    private static TokenCounts counts(SplittableRandom random, int vocabSize, int max) {
        int[] ids = ids(random, vocabSize, max);
        int[] inAnswer = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            inAnswer[i] = random.nextInt(4);
        }
        return new TokenCounts(ids, inAnswer);
    }

    /** A few ids, none twice. */
    private static int[] ids(SplittableRandom random, int vocabSize, int max) {
        return random.ints(random.nextInt(max + 1), 0, vocabSize).distinct().toArray();
    }

    /** Often shorter than the vocabulary, sometimes of nobody. */
    private static long[] mask(SplittableRandom random, int vocabSize) {
        long[] bits = new long[random.nextInt(1, vocabSize / 64 + 3)];
        double density = DENSITIES[random.nextInt(DENSITIES.length)];
        for (int id = 0; id < bits.length * 64; id++) {
            bits[id / 64] |= random.nextDouble() < density ? 1L << id : 0;
        }
        return bits;
    }

    /** Close together, far apart, with many ties, all equal. */
    static float[][] logits(SplittableRandom random, int rows, int vocabSize) {
        float[][] logits = new float[rows][vocabSize];
        for (float[] row : logits) {
            int kind = random.nextInt(5);
            double range = kind == 0 ? 60 : kind == 1 ? 0.5 : 8;
            for (int id = 0; id < vocabSize; id++) {
                double score = random.nextDouble(-range, range);
                row[id] = (float) (kind == 3 ? Math.rint(score) / 2 : kind == 4 ? 1.25 : score);
            }
        }
        return logits;
    }
}
