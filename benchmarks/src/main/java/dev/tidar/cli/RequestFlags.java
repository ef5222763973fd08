package dev.tidar.cli;

import dev.tidar.api.DecodeMode;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How a request is answered: the options of {@code generate} besides its prompt. */
final class RequestFlags {

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "256",
            converter = Choices.Positive.class,
            description = "Tokens to emit at most. Default: 256.")
    private int maxTokens;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "auto",
            converter = Choices.Mode.class,
            description = "auto, single-pass, two-pass or autoregressive: the speed, never the tokens. Default: auto.")
    private DecodeMode mode = DecodeMode.AUTO;

    @Option(
            names = "--draft-length",
            paramLabel = "K",
            converter = Choices.DraftLength.class,
            description = "Rows of a draft block, the anchor included. Default: the trained block size.")
    private @Nullable Integer draftLength;

    @Option(
            names = "--outcomes",
            paramLabel = "SET",
            defaultValue = "all",
            converter = Choices.OutcomeList.class,
            description = "Kept counts that single-pass steps draft for: all, or a list such as 1,4. Default: all.")
    private Choices.Outcomes outcomes = Choices.Outcomes.ALL;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0",
            converter = Choices.Temperature.class,
            description = "Divisor of the logits; 0 is greedy. Default: 0.")
    private double temperature;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Choices.Seed.class,
            description = "Seed of the noise. Default: the engine's choice, shown with --json.")
    private @Nullable Long seed;

    @Option(names = "--ignore-eos", description = "Emit stop ids like any other token; end nothing at them.")
    private boolean ignoreEos;

    /** The settings that the flags make up. */
    RequestSettings settings(CommandLine commandLine) {
        if (draftLength != null && outcomes.kept().stream().anyMatch(kept -> kept > draftLength)) {
            throw new ParameterException(
                    commandLine,
                    "--outcomes must hold kept counts in [1, --draft-length = %d], but is %s"
                            .formatted(draftLength, outcomes.kept()));
        }
        return new RequestSettings(
                maxTokens,
                temperature,
                seed == null ? OptionalLong.empty() : OptionalLong.of(seed),
                ignoreEos,
                mode,
                draftLength == null ? OptionalInt.empty() : OptionalInt.of(draftLength),
                outcomes.kept());
    }
}
