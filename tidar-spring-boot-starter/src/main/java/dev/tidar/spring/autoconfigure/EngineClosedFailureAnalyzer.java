package dev.tidar.spring.autoconfigure;

import dev.tidar.api.EngineClosedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says that a start came to no end because the application was asked to end. */
final class EngineClosedFailureAnalyzer extends AbstractFailureAnalyzer<EngineClosedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, EngineClosedException cause) {
        return new FailureAnalysis(
                "The application was ended before it had started: %s.".formatted(cause.getMessage()),
                "None, if somebody ended it on purpose. If a platform did, because the start took too long: allow more time,"
                        + " or set tidar.load-mode=background, so that the application starts at once and is ready when the"
                        + " model is.",
                cause);
    }
}
