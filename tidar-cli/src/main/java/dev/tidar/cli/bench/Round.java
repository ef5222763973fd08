package dev.tidar.cli.bench;

import dev.tidar.api.GenerationStats;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** All prompts in one layout, once. Speeds are sums of tokens over sums of time, so that a long answer weighs more. */
record Round(List<Answer> answers) {

    Round {
        answers = List.copyOf(answers);
    }

    double promptTokensPerSecond() {
        return perSecond(
                sum(GenerationStats::promptTokens), sum(stats -> stats.prefill().toNanos()));
    }

    /** The first token of each answer comes from the prefill and does not count. */
    double decodeTokensPerSecond() {
        return perSecond(decodedTokens(), decodeNanos());
    }

    double tokensPerForward() {
        long forwards = sum(GenerationStats::forwards);
        return forwards == 0 ? 0 : decodedTokens() / (double) forwards;
    }

    double millisPerForward() {
        long forwards = sum(GenerationStats::forwards);
        return forwards == 0 ? 0 : decodeNanos() / 1e6 / forwards;
    }

    double timeToFirstTokenMillis() {
        return Medians.of(answers.stream()
                .map(answer -> answer.timeToFirstToken().toNanos() / 1e6)
                .toList());
    }

    SortedMap<Integer, Integer> keptHistogram() {
        var histogram = new TreeMap<Integer, Integer>();
        for (Answer answer : answers) {
            answer.result()
                    .stats()
                    .keptHistogram()
                    .forEach((kept, steps) -> histogram.merge(kept, steps, Integer::sum));
        }
        return histogram;
    }

    List<List<Integer>> tokens() {
        return answers.stream().map(answer -> answer.result().tokens()).toList();
    }

    private long decodedTokens() {
        return sum(stats -> stats.tokens() - 1);
    }

    private long decodeNanos() {
        return sum(stats -> stats.decode().toNanos());
    }

    private long sum(ToLongFunction<GenerationStats> value) {
        return answers.stream()
                .mapToLong(answer -> value.applyAsLong(answer.result().stats()))
                .sum();
    }

    private static double perSecond(long count, long nanos) {
        return nanos == 0 ? 0 : count * 1e9 / nanos;
    }
}
