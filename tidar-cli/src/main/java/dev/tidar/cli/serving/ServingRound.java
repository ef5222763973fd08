package dev.tidar.cli.serving;

import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * One round: all prompts, once, under one load.
 *
 * @param answers in the order of the prompts
 * @param deliveries times of their tokens, in the same order
 * @param nanos from the first submission to the last end
 */
record ServingRound(List<GenerationResult> answers, List<Delivery> deliveries, long nanos) {

    ServingRound {
        answers = List.copyOf(answers);
        deliveries = List.copyOf(deliveries);
    }

    static ServingRound of(List<Ended<Integer>> ended, long nanos) {
        List<Ended<Integer>> inOrder =
                ended.stream().sorted(Comparator.comparing(Ended::tag)).toList();
        return new ServingRound(
                inOrder.stream().map(Ended::answer).toList(),
                inOrder.stream().map(Ended::delivery).toList(),
                nanos);
    }

    /** The number of all emitted tokens divided by the whole time, prefills included. */
    double tokensPerSecond() {
        return sum(GenerationStats::tokens) * 1e9 / nanos;
    }

    /** The mean over the sequences; the first token of each answer comes from the prefill and does not count. */
    double tokensPerForward() {
        long forwards = sum(GenerationStats::forwards);
        return forwards == 0 ? 0 : (sum(GenerationStats::tokens) - answers.size()) / (double) forwards;
    }

    long preemptions() {
        return sum(GenerationStats::preemptions);
    }

    List<Double> firstTokenMillis() {
        return deliveries.stream().map(Delivery::firstTokenMillis).toList();
    }

    List<Double> gapMillis() {
        return deliveries.stream().flatMap(d -> d.gapMillis().stream()).toList();
    }

    List<List<Integer>> tokens() {
        return answers.stream().map(GenerationResult::tokens).toList();
    }

    /** The number of answers by the layout in which they ended. */
    List<String> layouts() {
        return answers.stream()
                .map(answer -> answer.stats().layout())
                .distinct()
                .sorted()
                .toList();
    }

    private long sum(ToLongFunction<GenerationStats> value) {
        return answers.stream()
                .mapToLong(answer -> value.applyAsLong(answer.stats()))
                .sum();
    }
}
