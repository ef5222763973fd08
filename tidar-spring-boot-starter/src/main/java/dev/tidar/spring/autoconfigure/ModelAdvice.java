package dev.tidar.spring.autoconfigure;

import dev.tidar.api.HubModel;
import dev.tidar.api.InvalidModelException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Advice on a model that cannot be set up or loaded.
 *
 * @param prefix where its properties begin: "tidar", or "tidar.models" and a name
 * @param model where the model is, as the user wrote it
 * @param draft where the draft model is; empty where there is none
 */
record ModelAdvice(String prefix, String model, String draft) {

    private static final String CACHED_FILE =
            "Every download was checked, so the file was damaged on the disk or is faulty as published. Delete it and what"
                    + " it links to from the cache, and start again; if the same comes back, take another revision.";

    /** For the model whose properties begin so. */
    static ModelAdvice of(String prefix, Environment environment) {
        return new ModelAdvice(
                prefix,
                environment.getProperty(prefix + ".model", "not set"),
                environment.getProperty(prefix + ".draft-model", ""));
    }

    /** Whether the model is one under {@code tidar.models}, where the next request tries again. */
    boolean isForOneOfSeveral() {
        return !prefix.equals("tidar");
    }

    /** Advice on any failure, with the names of this model's properties; empty where there is none. */
    Optional<FailureAnalysis> onAny(Throwable failure) {
        return single(failure)
                .map(single -> new FailureAnalysis(
                        NamedModelException.underPrefix(prefix, String.valueOf(single.getDescription())),
                        NamedModelException.underPrefix(prefix, String.valueOf(single.getAction())),
                        failure));
    }

    private Optional<FailureAnalysis> single(Throwable failure) {
        if (failure instanceof InvalidModelException invalid) {
            return Optional.of(on(invalid));
        }
        return Stream.of(
                        new ModelNotSetFailureAnalyzer(),
                        new HubFailureAnalyzer(),
                        new ModelCacheFailureAnalyzer(),
                        new DeviceFailureAnalyzer(),
                        new EngineClosedFailureAnalyzer())
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** Advice in the words of a single model. */
    FailureAnalysis on(InvalidModelException cause) {
        return new FailureAnalysis(
                "The model (tidar.model=%s%s) cannot be loaded:%n%n    %s"
                        .formatted(model, draft.isEmpty() ? "" : ", tidar.draft-model=" + draft, cause.getMessage()),
                advice(cause, model),
                cause);
    }

    private static String advice(InvalidModelException cause, String model) {
        return switch (cause.fault()) {
            case INCOMPLETE ->
                HubModel.isName(model)
                        ? "Set tidar.hub.pull-model-strategy=always once, which downloads what is missing. If the repository"
                                + " itself lacks the file, take another revision or model."
                        : "Check the path, and that the folder has config.json, tokenizer.json and every safetensors"
                                + " file that model.safetensors.index.json names. Nothing is downloaded for a path: copy the whole"
                                + " folder of the model to this machine, or name the model as hf:organization/name.";
            case NOT_A_CHECKPOINT ->
                "Only safetensors files are read. If the file is a pointer of Git LFS, run git lfs pull"
                        + " in the folder; if it is a saved web page, download the file itself; if it is a pickle (.bin, .pt)"
                        + " or a GGUF file, take the safetensors files of the same model.";
            case CORRUPT ->
                model.startsWith("classpath:")
                        ? "Build the application again, with the files of the model as published and SHA256SUMS written from"
                                + " them."
                        : HubModel.isName(model)
                                ? CACHED_FILE
                                : "Download the file again and compare its checksum with that of the publisher. If it is as"
                                        + " published, the model itself is faulty.";
            case UNSUPPORTED ->
                "Take a model of a supported shape and weight format; docs/models.md lists them. Where the"
                        + " message names a tidar property, correct that property.";
            case SETTING ->
                "The model itself is fine. Remove or correct the property that the message speaks of:"
                        + " tidar.mask-token-id, tidar.block-size, tidar.context-length or tidar.draft-model.";
        };
    }
}
