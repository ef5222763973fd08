package dev.tidar.cli;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.LogProbs;
import dev.tidar.api.Prompt;
import dev.tidar.api.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where an answer ends, what it keeps to, and what is told of it. */
final class AnswerFlags {

    @Option(
            names = "--min-tokens",
            paramLabel = "N",
            defaultValue = "0",
            converter = Choices.Count.class,
            description = "Tokens to emit at least: nothing ends the answer before. Default: 0.")
    private int minTokens;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Text that ends the answer, without showing in it; may be given several times.")
    private @Nullable List<String> stop;

    @Option(
            names = "--stop-ids",
            paramLabel = "1,2,3",
            split = ",",
            hideParamSyntax = true,
            converter = Choices.TokenId.class,
            description = "Token ids that end the answer, besides those of the model.")
    private @Nullable Set<Integer> stopIds;

    @Option(names = "--ignore-eos", description = "Emit stop ids of the model like any other token; end nothing there.")
    private boolean ignoreEos;

    @Option(
            names = "--logprobs",
            paramLabel = "N",
            converter = Choices.TopTokens.class,
            description = "Tell each token's log-probability and those of the N likeliest, 0 to " + LogProbs.MAX
                    + ", with --json.")
    private @Nullable Integer logProbs;

    @Option(
            names = "--json-schema",
            paramLabel = "FILE|JSON",
            description = "JSON schema that the answer keeps to: a file, or the schema itself.")
    private @Nullable String jsonSchema;

    @Option(
            names = "--regex",
            paramLabel = "REGEX",
            description = "Regular expression that the answer matches as a whole.")
    private @Nullable String regex;

    @Option(
            names = "--choices",
            paramLabel = "A,B",
            split = ",",
            hideParamSyntax = true,
            description = "Texts of which the answer is one.")
    private @Nullable List<String> choices;

    /** The settings that these flags make up with the others. */
    RequestSettings settings(int maxTokens, Sampling sampling, Decoding decoding, CommandLine commandLine) {
        List<String> stopStrings = Objects.requireNonNullElse(stop, List.of());
        Set<Integer> ids = Objects.requireNonNullElse(stopIds, Set.of());
        check(commandLine, "--min-tokens", r -> r.maxTokens(maxTokens).minTokens(minTokens));
        check(commandLine, "--stop", r -> r.stopStrings(stopStrings));
        check(commandLine, "--stop-ids", r -> r.stopIds(ids));
        Optional<AnswerFormat> format = format(commandLine);
        format.ifPresent(
                f -> check(commandLine, "--ignore-eos", r -> r.format(f).ignoreStopIds(ignoreEos)));
        return new RequestSettings(
                maxTokens,
                minTokens,
                sampling,
                logProbs == null ? OptionalInt.empty() : OptionalInt.of(logProbs),
                stopStrings,
                ids,
                ignoreEos,
                format,
                decoding);
    }

    private static void check(CommandLine commandLine, String flag, UnaryOperator<GenerationRequest.Builder> setter) {
        RequestFlags.checked(
                commandLine,
                flag,
                () -> setter.apply(GenerationRequest.builder(new Prompt.Text("")))
                        .build());
    }

    private Optional<AnswerFormat> format(CommandLine commandLine) {
        Map<String, AnswerFormat> given = new LinkedHashMap<>();
        add(
                given,
                commandLine,
                "--json-schema",
                jsonSchema,
                schema -> new AnswerFormat.JsonSchema(schema(commandLine, schema)));
        add(given, commandLine, "--regex", regex, AnswerFormat.Regex::new);
        add(given, commandLine, "--choices", choices, AnswerFormat.Choices::new);
        if (given.size() > 1) {
            throw new ParameterException(
                    commandLine, "an answer keeps to one format: %s".formatted(String.join(" or ", given.keySet())));
        }
        return given.values().stream().findFirst();
    }

    private static <T> void add(
            Map<String, AnswerFormat> given,
            CommandLine commandLine,
            String flag,
            @Nullable T value,
            Function<T, AnswerFormat> format) {
        if (value != null) {
            given.put(flag, RequestFlags.checked(commandLine, flag, () -> format.apply(value)));
        }
    }

    /** A value that begins like an object is the schema itself. */
    private static String schema(CommandLine commandLine, String fileOrJson) {
        if (fileOrJson.stripLeading().startsWith("{")) {
            return fileOrJson;
        }
        try {
            return Files.readString(Path.of(fileOrJson));
        } catch (IOException e) {
            throw new ParameterException(
                    commandLine,
                    "--json-schema must be a schema or a readable UTF-8 file, but %s is not: %s"
                            .formatted(fileOrJson, e),
                    e);
        }
    }
}
