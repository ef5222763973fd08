package dev.tidar.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Advises where else a model inside a jar can be unpacked. */
final class ModelCacheFailureAnalyzer extends AbstractFailureAnalyzer<ModelCacheException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ModelCacheException cause) {
        return new FailureAnalysis(
                "The model inside the jar cannot be unpacked:%n%n    %s".formatted(cause.getMessage()),
                "Set tidar.model-cache to a folder of this user with room for the model, or put the model on disk and set"
                        + " tidar.model to its path.",
                cause);
    }
}
