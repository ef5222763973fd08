package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Prompt;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Answers one prompt: streams the text, or prints one JSON object with tokens and counts. */
@Command(name = "generate", description = "Answer one prompt.", sortOptions = false)
final class GenerateCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelFlags model = new ModelFlags();

    @ArgGroup(multiplicity = "1")
    private PromptFlags prompt = new PromptFlags();

    static final class PromptFlags {
        @Option(
                names = "--chat",
                paramLabel = "TEXT",
                required = true,
                description = "A user's message, laid out by the chat template; - reads it from standard input.")
        private @Nullable String chat;

        @Option(
                names = "--prompt",
                paramLabel = "TEXT",
                required = true,
                description = "Text to continue; - reads it from standard input.")
        private @Nullable String text;

        @Option(
                names = "--token-ids",
                paramLabel = "1,2,3",
                required = true,
                split = ",",
                hideParamSyntax = true,
                converter = Choices.TokenId.class,
                description = "Token ids to continue, taken as they are.")
        private @Nullable List<Integer> tokenIds;

        Prompt read() {
            if (chat != null) {
                return new Prompt.Chat(List.of(ChatMessage.user(orStandardInput(chat))));
            }
            if (text != null) {
                return new Prompt.Text(orStandardInput(text));
            }
            return new Prompt.Tokens(Objects.requireNonNull(tokenIds, "one of the group is required"));
        }
    }

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

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Output.of(spec);
        GenerationRequest request = request();
        try (TidarEngine engine = model.load()) {
            if (json) {
                GenerationResult result =
                        engine.submit(request, GenerationListener.NONE).await();
                JsonOutput.print(out, GenerationReport.of(result, engine.status()));
            } else {
                var stream = new TextStream();
                Generation generation = engine.submit(request, stream);
                stream.printTo(out);
                summarise(generation.await());
            }
        }
        return 0;
    }

    private GenerationRequest request() {
        GenerationRequest.Builder request = GenerationRequest.builder(prompt.read())
                .maxTokens(maxTokens)
                .temperature(temperature)
                .ignoreStopIds(ignoreEos)
                .decoding(decoding());
        if (seed != null) {
            request.seed(seed);
        }
        return request.build();
    }

    private Decoding decoding() {
        var rows = draftLength == null ? OptionalInt.empty() : OptionalInt.of(draftLength);
        if (draftLength != null && outcomes.kept().stream().anyMatch(kept -> kept > draftLength)) {
            throw new ParameterException(
                    Output.commandLine(spec),
                    "--outcomes must hold kept counts in [1, --draft-length = %d], but is %s"
                            .formatted(draftLength, outcomes.kept()));
        }
        return new Decoding(mode, rows, outcomes.kept());
    }

    private void summarise(GenerationResult result) {
        PrintWriter err = Output.commandLine(spec).getErr();
        err.printf(
                Locale.ROOT,
                "%d tokens, %s; %s; %.2f tokens per forward; %.1f tokens/s; %.0f ms to the first token%n",
                result.tokens().size(),
                Choices.asWritten(result.finishReason()),
                result.stats().layout(),
                result.stats().tokensPerForward(),
                result.stats().tokensPerSecond(),
                result.stats().prefill().toNanos() / 1e6);
    }

    private static String orStandardInput(String text) {
        if (!text.equals("-")) {
            return text;
        }
        try {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandFailedException("cannot read standard input: " + e.getMessage(), e);
        }
    }
}
