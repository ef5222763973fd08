package dev.tidar.cli;

import dev.tidar.api.Sampling;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How tokens are sampled. What is not set comes from the model's generation_config.json, but for the temperature. */
final class SamplingFlags {

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0",
            converter = Choices.Temperature.class,
            description = "Divisor of the logits; 0 is greedy. Default: 0.")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            converter = Choices.Count.class,
            description = "Keep the k likeliest tokens; 0 is off.")
    private @Nullable Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            converter = Choices.Decimal.class,
            description = "Keep the fewest likeliest tokens whose probabilities add up to p, in (0, 1].")
    private @Nullable Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            converter = Choices.Decimal.class,
            description = "Keep tokens at least p times as likely as the likeliest, in [0, 1].")
    private @Nullable Double minP;

    @Option(
            names = "--typical-p",
            paramLabel = "P",
            converter = Choices.Decimal.class,
            description = "Keep the fewest tokens of the most expected surprise that add up to p, in (0, 1].")
    private @Nullable Double typicalP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            converter = Choices.Decimal.class,
            description = "Divide the logits of tokens that were there before, in [0.01, 100]; 1 is off.")
    private @Nullable Double repetitionPenalty;

    @Option(
            names = "--presence-penalty",
            paramLabel = "X",
            converter = Choices.Decimal.class,
            description = "Take this from the logits of tokens in the answer, in [-2, 2].")
    private @Nullable Double presencePenalty;

    @Option(
            names = "--frequency-penalty",
            paramLabel = "X",
            converter = Choices.Decimal.class,
            description = "Take this from them for each time they are there, in [-2, 2].")
    private @Nullable Double frequencyPenalty;

    @Option(
            names = "--logit-bias",
            paramLabel = "ID=BIAS",
            split = ",",
            hideParamSyntax = true,
            converter = {Choices.TokenId.class, Choices.Decimal.class},
            description = "Add this to the logits of these token ids, such as 7=-100,9=2.5.")
    private @Nullable Map<Integer, Double> logitBias;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Choices.Seed.class,
            description = "Seed of the noise. Default: the engine's choice, shown with --json.")
    private @Nullable Long seed;

    /** The values that the flags make up. */
    Sampling sampling(CommandLine commandLine) {
        var values = new Checked(
                commandLine, Sampling.builder().temperature(temperature).build());
        return values.with("--top-k", topK, Sampling.Builder::topK)
                .with("--top-p", topP, Sampling.Builder::topP)
                .with("--min-p", minP, Sampling.Builder::minP)
                .with("--typical-p", typicalP, Sampling.Builder::typicalP)
                .with("--repetition-penalty", repetitionPenalty, Sampling.Builder::repetitionPenalty)
                .with("--presence-penalty", presencePenalty, Sampling.Builder::presencePenalty)
                .with("--frequency-penalty", frequencyPenalty, Sampling.Builder::frequencyPenalty)
                .with("--logit-bias", logitBias, Sampling.Builder::logitBias)
                .with("--seed", seed, Sampling.Builder::seed)
                .sampling;
    }

    /** Values that are checked flag by flag, so that a refusal can name the flag. */
    private record Checked(CommandLine commandLine, Sampling sampling) {
        <T> Checked with(String flag, @Nullable T value, BiFunction<Sampling.Builder, T, Sampling.Builder> setter) {
            return value == null
                    ? this
                    : new Checked(
                            commandLine,
                            RequestFlags.checked(
                                    commandLine,
                                    flag,
                                    () -> setter.apply(sampling.toBuilder(), value)
                                            .build()));
        }
    }
}
