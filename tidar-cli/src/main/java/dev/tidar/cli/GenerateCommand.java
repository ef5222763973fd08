package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.api.RequestOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Answers one prompt, as a stream of text or as one JSON object with tokens and counts, or answers a file of requests,
 * many at once.
 */
@Command(
        name = "generate",
        description = "Answer one prompt, or a file of requests.",
        modelTransformer = RequestFlags.class,
        sortOptions = false)
final class GenerateCommand implements Callable<Integer> {

    /** The requests of a batch wait without a limit. */
    private static final Duration NO_WAIT_LIMIT = Duration.ofDays(365);

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
                description =
                        "A user's message, which the chat template turns into a prompt; - reads it from standard input.")
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

        @Option(
                names = "--requests",
                paramLabel = "FILE",
                required = true,
                description =
                        "JSON lines, one request each; - reads standard input. Options that a line does not set come "
                                + "from the flags. Prints one JSON object a line as each request ends.")
        private @Nullable String requests;

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
            names = "--concurrency",
            paramLabel = "N",
            converter = Choices.Concurrency.class,
            description = "Requests of --requests in flight at once. Default: 16.")
    private @Nullable Integer concurrency;

    @Option(
            names = "--prefix-cache",
            paramLabel = "on|off",
            defaultValue = "on",
            converter = Choices.OnOrOff.class,
            description = "Whether prompts with the same beginning share cached keys and values. Default: on.")
    private Choices.Switch prefixCache = Choices.Switch.ON;

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        RequestOptions options = RequestFlags.options(spec);
        return prompt.requests == null ? answerOne(options) : answerAll(prompt.requests, options);
    }

    private int answerOne(RequestOptions options) throws InterruptedException {
        if (concurrency != null) {
            throw new ParameterException(Output.commandLine(spec), "--concurrency must go with --requests");
        }
        PrintWriter out = Output.of(spec);
        GenerationRequest request = options.request(prompt.read()).build();
        try (TidarEngine engine = load(model.limits().build())) {
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

    /** Checks every line before it loads the model. */
    private int answerAll(String file, RequestOptions options) throws InterruptedException {
        List<BatchRequest> requests = RequestFile.read(file, options);
        int max = concurrency == null ? Limits.DEFAULT.maxRunning() : concurrency;
        Limits limits = model.limits()
                .maxRunning(max)
                .maxQueued(max)
                .maxQueueWait(NO_WAIT_LIMIT)
                .build();
        try (TidarEngine engine = load(limits)) {
            int failed = new Batch(engine, max, Output.of(spec)).run(requests);
            if (failed > 0) {
                throw new CommandFailedException("%d of %d requests failed".formatted(failed, requests.size()));
            }
        }
        return 0;
    }

    private TidarEngine load(Limits limits) {
        return model.load(limits, kv -> kv.withReuse(prefixCache == Choices.Switch.ON));
    }

    private void summarise(GenerationResult result) {
        PrintWriter err = Output.commandLine(spec).getErr();
        err.printf(
                Locale.ROOT,
                "%d tokens, %s%s; %s; %.2f tokens per forward; %.1f tokens/s; %.0f ms to the first token%n",
                result.tokens().size(),
                Choices.asWritten(result.finishReason()),
                result.closedByLimit()
                        .map(place -> " (max-tokens closed the answer in its %s)".formatted(place))
                        .orElse(""),
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
