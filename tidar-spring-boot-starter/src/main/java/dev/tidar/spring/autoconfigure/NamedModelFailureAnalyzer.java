package dev.tidar.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Advises on a model under {@code tidar.models} as on a single one, with the names of its own properties. */
final class NamedModelFailureAnalyzer extends AbstractFailureAnalyzer<NamedModelException> {

    private final Environment environment;

    NamedModelFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NamedModelException cause) {
        Throwable failure = cause.getCause() == null ? cause : cause.getCause();
        return ModelAdvice.of(cause.prefix(), environment)
                .onAny(failure)
                .map(advice -> new FailureAnalysis(advice.getDescription(), advice.getAction(), cause))
                .orElseGet(() -> new FailureAnalysis(
                        cause.getMessage() + ".", "Correct the properties under " + cause.prefix() + ".", cause));
    }
}
