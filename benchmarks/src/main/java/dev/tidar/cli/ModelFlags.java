package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.WeightFormat;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model, and how the engine holds it: the options that all commands share. */
final class ModelFlags {

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Folder with config.json, tokenizer.json and the safetensors files.")
    private @Nullable Path model;

    @Option(
            names = "--weights",
            paramLabel = "FORMAT",
            defaultValue = "auto",
            converter = Choices.Weights.class,
            description = "auto (as stored), f32, bf16 or int8. Default: auto.")
    private WeightFormat weights = WeightFormat.AUTO;

    @SuppressWarnings("UnusedVariable") // its converter refuses all devices but the one there is
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            converter = Choices.Device.class,
            description = "auto or cpu. Default: auto.")
    private String device = "auto";

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = Choices.Positive.class,
            description = "Threads that compute. Default: one per processor.")
    private @Nullable Integer threads;

    @Option(
            names = "--context-length",
            paramLabel = "N",
            converter = Choices.Positive.class,
            description = "Tokens of prompt and answer together. Default: the model's own limit.")
    private @Nullable Integer contextLength;

    @Option(
            names = "--mask-token-id",
            paramLabel = "ID",
            converter = Choices.TokenId.class,
            description = "Mask token, where config.json does not say.")
    private @Nullable Integer maskTokenId;

    @Option(
            names = "--block-size",
            paramLabel = "K",
            converter = Choices.DraftLength.class,
            description = "Trained draft block in rows, where config.json does not say.")
    private @Nullable Integer blockSize;

    /** Loads the model. The caller closes the engine. */
    TidarEngine load() {
        return TidarEngine.load(options());
    }

    /** As the user wrote it. */
    Path model() {
        return Objects.requireNonNull(model, "--model is required");
    }

    private EngineOptions options() {
        EngineOptions.Builder options = EngineOptions.builder(model()).weights(weights);
        given(threads).ifPresent(options::threads);
        given(contextLength).ifPresent(options::contextLength);
        given(maskTokenId).ifPresent(options::maskTokenId);
        given(blockSize).ifPresent(options::blockSize);
        return options.build();
    }

    private static OptionalInt given(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
