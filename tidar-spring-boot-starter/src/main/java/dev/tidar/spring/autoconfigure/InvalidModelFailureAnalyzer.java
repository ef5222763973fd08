package dev.tidar.spring.autoconfigure;

import dev.tidar.api.InvalidModelException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Advises on the folder of the one model of an application. Boot makes it, so it has one constructor. */
final class InvalidModelFailureAnalyzer extends AbstractFailureAnalyzer<InvalidModelException> {

    private final Environment environment;

    InvalidModelFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidModelException cause) {
        return ModelAdvice.of("tidar", environment).on(cause);
    }
}
