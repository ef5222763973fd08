package dev.tidar.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sampling as a textbook has it: sorted lists and doubles, nothing skipped. What {@link TokenSampler} draws is held
 * against these probabilities. Written without its code.
 */
public final class PlainSampling {

    private PlainSampling() {}

    /**
     * The probability of each token.
     *
     * @param logits scores of the model; negative infinity where a token can't be sampled
     * @param prompt tokens of the prompt
     * @param answer tokens of the answer so far
     */
    public static double[] probabilities(
            double[] logits, SamplingParams how, List<Integer> prompt, List<Integer> answer) {
        double[] scores = logits.clone();
        for (int i = 0; i < how.bias().ids().length; i++) {
            scores[how.bias().ids()[i]] += how.bias().values()[i];
        }
        for (int id = 0; id < scores.length; id++) {
            int token = id;
            long times = answer.stream().filter(t -> t == token).count();
            if (times > 0 || prompt.contains(id)) {
                double r = how.penalties().repetition();
                scores[id] = scores[id] > 0 ? scores[id] / r : scores[id] * r;
            }
            scores[id] -= how.penalties().frequency() * times;
            scores[id] -= times > 0 ? how.penalties().presence() : 0;
        }
        if (prompt.size() + answer.size() < how.banned().before()) {
            for (int id : how.banned().ids()) {
                scores[id] = Double.NEGATIVE_INFINITY;
            }
        }
        for (int id = 0; id < scores.length; id++) {
            scores[id] /= how.temperature();
        }
        return filtered(scores, how.filters());
    }

    /** Softmax of the scores that the filters leave. */
    static double[] filtered(double[] scores, Filters filters) {
        double[] kept = scores;
        if (filters.topK() > 0) {
            List<Integer> order = sorted(kept, kept);
            kept = cut(kept, kept, kept[order.get(Math.min(filters.topK(), order.size()) - 1)]);
        }
        if (filters.topP() < 1) {
            kept = cut(kept, kept, lastOfMass(kept, softmax(kept), filters.topP()));
        }
        if (filters.minP() > 0) {
            double[] p = softmax(kept);
            kept = cut(
                    kept,
                    p,
                    filters.minP()
                            * IntStream.range(0, p.length)
                                    .mapToDouble(i -> p[i])
                                    .max()
                                    .orElse(0));
        }
        if (filters.typicalP() < 1) {
            double[] p = softmax(kept);
            double entropy = 0;
            for (double q : p) {
                entropy -= q > 0 ? q * Math.log(q) : 0;
            }
            double[] closeness = new double[p.length];
            for (int id = 0; id < p.length; id++) {
                closeness[id] = p[id] > 0 ? -Math.abs(-Math.log(p[id]) - entropy) : Double.NEGATIVE_INFINITY;
            }
            kept = cut(kept, closeness, lastOfMass(closeness, p, filters.typicalP()));
        }
        return softmax(kept);
    }

    /** In falling order of the rank, the rank at which the probabilities reach the mass. */
    private static double lastOfMass(double[] rank, double[] p, double mass) {
        double sum = 0;
        List<Integer> order = sorted(rank, p);
        for (int id : order) {
            sum += p[id];
            if (sum >= mass) {
                return rank[id];
            }
        }
        return rank[order.get(order.size() - 1)];
    }

    private static List<Integer> sorted(double[] rank, double[] scores) {
        List<Integer> order = new ArrayList<>();
        for (int id = 0; id < scores.length; id++) {
            if (rank[id] > Double.NEGATIVE_INFINITY) {
                order.add(id);
            }
        }
        order.sort(Comparator.comparingDouble((Integer id) -> rank[id]).reversed());
        return order;
    }

    /** Equal ranks are told apart by nothing, so a rounding error must not do it either. */
    private static double[] cut(double[] scores, double[] rank, double min) {
        double[] kept = scores.clone();
        for (int id = 0; id < scores.length; id++) {
            if (rank[id] < min - 1e-9) {
                kept[id] = Double.NEGATIVE_INFINITY;
            }
        }
        return kept;
    }

    public static double[] softmax(double[] scores) {
        double highest = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            highest = Math.max(highest, score);
        }
        double[] p = new double[scores.length];
        double sum = 0;
        for (int id = 0; id < scores.length; id++) {
            p[id] = Math.exp(scores[id] - highest);
            sum += p[id];
        }
        for (int id = 0; id < scores.length; id++) {
            p[id] /= sum;
        }
        return p;
    }
}
