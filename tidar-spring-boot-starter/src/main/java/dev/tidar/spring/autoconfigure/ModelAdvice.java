package dev.tidar.spring.autoconfigure;

import dev.tidar.api.InvalidModelException;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Advice on a model folder that cannot be used.
 *
 * @param model where the model is, as the user wrote it
 * @param draft where the draft model is; empty where there is none
 */
record ModelAdvice(String model, String draft) {

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
                "Check the path, and that the folder has config.json, tokenizer.json and every safetensors"
                        + " file that model.safetensors.index.json names. Nothing is downloaded: copy the whole folder of the"
                        + " model to this machine.";
            case NOT_A_CHECKPOINT ->
                "Only safetensors files are read. If the file is a pointer of Git LFS, run git lfs pull"
                        + " in the folder; if it is a saved web page, download the file itself; if it is a pickle (.bin, .pt)"
                        + " or a GGUF file, take the safetensors files of the same model.";
            case CORRUPT ->
                model.startsWith("classpath:")
                        ? "Build the application again, with the files of the model as published and SHA256SUMS written from"
                                + " them."
                        : "Download the file again and compare its checksum with that of the publisher. If it is as"
                                + " published, the model itself is faulty.";
            case UNSUPPORTED ->
                "Take a model of a supported shape and weight format; the README lists them. Where the"
                        + " message names a tidar property, correct that property.";
            case SETTING ->
                "The model itself is fine. Remove or correct the property that the message speaks of:"
                        + " tidar.mask-token-id, tidar.block-size, tidar.context-length or tidar.draft-model.";
        };
    }
}
