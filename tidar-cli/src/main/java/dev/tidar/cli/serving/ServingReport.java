package dev.tidar.cli.serving;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.GenerationStats;
import dev.tidar.cli.bench.Medians;
import dev.tidar.cli.bench.PeakMemory;
import dev.tidar.cli.serving.ServingPlan.Load;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Results of a serving bench.
 *
 * @param model name of the model folder
 * @param weights how the device holds the weights
 * @param device device that computed
 * @param backend kernels that computed
 * @param jvm version of Java
 * @param kvBytes memory for keys and values
 * @param prompts prompts of a round
 * @param promptTokens tokens of these prompts together
 * @param maxTokens tokens that each emits
 * @param repeats measured rounds
 * @param loads one row for each load
 * @param tokensEqual whether every prompt got the same tokens under every load and in every round
 * @param differences loads, prompts and rounds where it did not
 * @param peakMemory peak memory of the process
 */
public record ServingReport(
        String model,
        String weights,
        String device,
        String backend,
        String jvm,
        long kvBytes,
        int prompts,
        int promptTokens,
        int maxTokens,
        int repeats,
        List<Row> loads,
        boolean tokensEqual,
        List<String> differences,
        PeakMemory peakMemory) {

    /**
     * One load. Times are in milliseconds; percentiles are exact, over all measured rounds together.
     *
     * @param mode layout of the requests
     * @param concurrency requests in flight
     * @param tokensPerSecond emitted tokens divided by the time from the first submission to the last end; the median
     *     of the rounds
     * @param speeds tokens per second of each measured round
     * @param gain tokensPerSecond divided by that of the same requests one after the other; empty where those were not
     *     measured
     * @param tokensPerForward mean over the sequences
     * @param firstTokenP50 time from submission to the listener's first token, the median
     * @param firstTokenP99 the 99th percentile of that time
     * @param gapP50 time between a token and the next at the listener, which gets the tokens of one step together, the
     *     median
     * @param gapP99 the 99th percentile of that time
     * @param preemptions how often the blocks of a sequence were taken for older sequences, over all rounds
     * @param layouts layouts in which answers ended
     * @param tokens tokens of the last round, prompt by prompt
     */
    public record Row(
            String mode,
            int concurrency,
            double tokensPerSecond,
            List<Double> speeds,
            OptionalDouble gain,
            double tokensPerForward,
            double firstTokenP50,
            double firstTokenP99,
            double gapP50,
            double gapP99,
            long preemptions,
            List<String> layouts,
            List<List<Integer>> tokens) {}

    /** Makes the report; the first round is the warm-up round. */
    static ServingReport of(EngineStatus status, ServingPlan plan, List<Map<Load, ServingRound>> rounds) {
        List<Map<Load, ServingRound>> measured = rounds.subList(1, rounds.size());
        List<String> differences = differences(plan, rounds);
        return new ServingReport(
                status.model().name(),
                status.model().weights().name().toLowerCase(Locale.ROOT),
                status.device(),
                status.backend(),
                Runtime.version().toString(),
                status.kv().bytes(),
                plan.prompts().size(),
                promptTokens(of(measured.get(0), plan.loads().get(0))),
                plan.maxTokens(),
                plan.repeats(),
                plan.loads().stream().map(load -> row(load, measured)).toList(),
                differences.isEmpty(),
                differences,
                PeakMemory.now());
    }

    private static Row row(Load load, List<Map<Load, ServingRound>> rounds) {
        List<ServingRound> mine = rounds.stream().map(round -> of(round, load)).toList();
        Samples first = samples(mine, ServingRound::firstTokenMillis);
        Samples gaps = samples(mine, ServingRound::gapMillis);
        ServingRound last = mine.get(mine.size() - 1);
        return new Row(
                name(load.mode()),
                load.concurrency(),
                speed(load, rounds),
                mine.stream().map(ServingRound::tokensPerSecond).toList(),
                gain(load, rounds),
                Medians.of(mine.stream().map(ServingRound::tokensPerForward).toList()),
                first.percentile(50),
                first.percentile(99),
                gaps.percentile(50),
                gaps.percentile(99),
                mine.stream().mapToLong(ServingRound::preemptions).sum(),
                last.layouts(),
                last.tokens());
    }

    private static double speed(Load load, List<Map<Load, ServingRound>> rounds) {
        return Medians.of(
                rounds.stream().map(round -> of(round, load).tokensPerSecond()).toList());
    }

    private static OptionalDouble gain(Load load, List<Map<Load, ServingRound>> rounds) {
        Load alone = new Load(load.mode(), 1);
        return rounds.get(0).containsKey(alone)
                ? OptionalDouble.of(speed(load, rounds) / speed(alone, rounds))
                : OptionalDouble.empty();
    }

    private static Samples samples(List<ServingRound> rounds, Function<ServingRound, List<Double>> values) {
        return new Samples(
                rounds.stream().flatMap(r -> values.apply(r).stream()).toList());
    }

    private static List<String> differences(ServingPlan plan, List<Map<Load, ServingRound>> rounds) {
        List<List<Integer>> expected = of(rounds.get(0), plan.loads().get(0)).tokens();
        var differences = new ArrayList<String>();
        for (int r = 0; r < rounds.size(); r++) {
            for (Load load : plan.loads()) {
                List<List<Integer>> found = of(rounds.get(r), load).tokens();
                for (int p = 0; p < expected.size(); p++) {
                    if (!found.get(p).equals(expected.get(p))) {
                        differences.add("%s, concurrency %d, %s, round %d"
                                .formatted(
                                        name(load.mode()),
                                        load.concurrency(),
                                        plan.prompts().get(p).name(),
                                        r));
                    }
                }
            }
        }
        return differences;
    }

    private static int promptTokens(ServingRound round) {
        return round.answers().stream()
                .map(answer -> answer.stats())
                .mapToInt(GenerationStats::promptTokens)
                .sum();
    }

    private static ServingRound of(Map<Load, ServingRound> round, Load load) {
        return Objects.requireNonNull(round.get(load), load::toString);
    }

    static String name(DecodeMode mode) {
        return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
