package dev.tidar.cli;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.InvalidRequestException;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
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
            names = "--beta",
            paramLabel = "B",
            defaultValue = "1",
            description = "Trust in autoregression, 0 to 1; below 1 is lossy and needs --mode single-pass. Default: 1.")
    private double beta = 1;

    @Mixin
    private SamplingFlags sampling = new SamplingFlags();

    @Mixin
    private AnswerFlags answer = new AnswerFlags();

    /** The settings that the flags make up. */
    RequestSettings settings(CommandLine commandLine) {
        if (draftLength != null && outcomes.kept().stream().anyMatch(kept -> kept > draftLength)) {
            throw new ParameterException(
                    commandLine,
                    "--outcomes must hold kept counts in [1, --draft-length = %d], but is %s"
                            .formatted(draftLength, outcomes.kept()));
        }
        var decoding = checked(
                commandLine,
                "--beta",
                () -> new Decoding(
                        mode,
                        draftLength == null ? OptionalInt.empty() : OptionalInt.of(draftLength),
                        outcomes.kept(),
                        beta));
        return answer.settings(maxTokens, sampling.sampling(commandLine), decoding, commandLine);
    }

    /**
     * What the value of a flag makes.
     *
     * @throws ParameterException naming the flag, if the value breaks a rule
     */
    static <T> T checked(CommandLine commandLine, String flag, Supplier<T> made) {
        try {
            return made.get();
        } catch (InvalidRequestException e) {
            throw new ParameterException(
                    commandLine, "Invalid value for option '%s': %s".formatted(flag, e.getMessage()), e);
        }
    }
}
