package dev.tidar.cli.bench;

import dev.tidar.api.EngineStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;

/**
 * Results of a bench.
 *
 * @param model name of the model folder
 * @param weights how the device holds the weights
 * @param device device that computed
 * @param backend kernels that computed
 * @param jvm version of Java
 * @param prompts prompts of a round
 * @param promptTokens tokens of these prompts together
 * @param maxTokens tokens to emit at most, a prompt
 * @param repeats measured rounds
 * @param layouts one row for each layout, in the order of the plan
 * @param autoChoice layout that auto chose at load
 * @param autoReason why
 * @param tokensEqual whether all layouts and rounds emitted the same tokens
 * @param differences prompts and layouts whose tokens differ from those of the first layout; empty if equal
 * @param peakMemory peak memory of the process
 */
public record BenchReport(
        String model,
        String weights,
        String device,
        String backend,
        String jvm,
        int prompts,
        int promptTokens,
        int maxTokens,
        int repeats,
        List<Row> layouts,
        String autoChoice,
        String autoReason,
        boolean tokensEqual,
        List<String> differences,
        PeakMemory peakMemory) {

    /**
     * One layout. Speeds and times are medians over the rounds.
     *
     * @param layout its name
     * @param decodedBy the layout that the engine reports, which for auto is its choice
     * @param promptTokensPerSecond speed of the prefill
     * @param decodeTokensPerSecond tokens after the first, over the time after the first
     * @param tokensPerForward the same tokens over decode forwards
     * @param millisPerForward time of a decode forward
     * @param timeToFirstTokenMillis median over the prompts, as the caller saw it
     * @param keptHistogram decode steps of one round by the tokens that they emitted
     * @param decodeSpeeds decode tokens per second of each measured round
     * @param warmUpDecodeSpeed the same for the warm-up round
     * @param tokens tokens of the last round, prompt by prompt
     */
    public record Row(
            String layout,
            String decodedBy,
            double promptTokensPerSecond,
            double decodeTokensPerSecond,
            double tokensPerForward,
            double millisPerForward,
            double timeToFirstTokenMillis,
            SortedMap<Integer, Integer> keptHistogram,
            List<Double> decodeSpeeds,
            double warmUpDecodeSpeed,
            List<List<Integer>> tokens) {}

    /** Makes the report; the first round is the warm-up round. */
    static BenchReport of(EngineStatus status, BenchPlan plan, List<Map<Layout, Round>> rounds) {
        List<String> differences = differences(plan, rounds);
        Round any = rounds.get(0).values().iterator().next();
        int promptTokens = any.answers().stream()
                .mapToInt(answer -> answer.result().stats().promptTokens())
                .sum();
        return new BenchReport(
                status.model().name(),
                status.model().weights().name().toLowerCase(Locale.ROOT),
                status.device(),
                status.backend(),
                Runtime.version().toString(),
                plan.prompts().size(),
                promptTokens,
                plan.maxTokens(),
                plan.repeats(),
                plan.layouts().stream().map(layout -> row(layout, rounds)).toList(),
                status.layout().chosen(),
                status.layout().reason(),
                differences.isEmpty(),
                differences,
                PeakMemory.now());
    }

    private static Row row(Layout layout, List<Map<Layout, Round>> rounds) {
        Round warmUp = of(rounds.get(0), layout);
        List<Round> measured =
                rounds.stream().skip(1).map(round -> of(round, layout)).toList();
        Round last = measured.get(measured.size() - 1);
        return new Row(
                layout.name(),
                last.answers().get(0).result().stats().layout(),
                median(measured, Round::promptTokensPerSecond),
                median(measured, Round::decodeTokensPerSecond),
                median(measured, Round::tokensPerForward),
                median(measured, Round::millisPerForward),
                median(measured, Round::timeToFirstTokenMillis),
                last.keptHistogram(),
                measured.stream().map(Round::decodeTokensPerSecond).toList(),
                warmUp.decodeTokensPerSecond(),
                last.tokens());
    }

    private static Round of(Map<Layout, Round> round, Layout layout) {
        return Objects.requireNonNull(round.get(layout), layout::name);
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
        return Medians.of(rounds.stream().map(value::applyAsDouble).toList());
    }

    private static List<String> differences(BenchPlan plan, List<Map<Layout, Round>> rounds) {
        List<List<Integer>> expected = of(rounds.get(0), plan.layouts().get(0)).tokens();
        var differences = new ArrayList<String>();
        for (int r = 0; r < rounds.size(); r++) {
            for (Layout layout : plan.layouts()) {
                List<List<Integer>> found = of(rounds.get(r), layout).tokens();
                for (int p = 0; p < expected.size(); p++) {
                    if (!found.get(p).equals(expected.get(p))) {
                        differences.add("%s, %s, round %d"
                                .formatted(layout.name(), plan.prompts().get(p).name(), r));
                    }
                }
            }
        }
        return differences;
    }
}
