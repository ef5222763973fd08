package dev.tidar.spring.autoconfigure;

import dev.tidar.api.InvalidModelException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
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
        return single(cause.prefix(), failure)
                .map(single -> new FailureAnalysis(
                        NamedModelException.underPrefix(cause.prefix(), String.valueOf(single.getDescription())),
                        NamedModelException.underPrefix(cause.prefix(), String.valueOf(single.getAction())),
                        cause))
                .orElseGet(() -> new FailureAnalysis(
                        cause.getMessage() + ".", "Correct the properties under " + cause.prefix() + ".", cause));
    }

    /** The advice on a single model that fails so; empty where there is none. */
    private Optional<FailureAnalysis> single(String prefix, Throwable failure) {
        if (failure instanceof InvalidModelException invalid) {
            String model = environment.getProperty(prefix + ".model", "not set");
            return Optional.of(
                    new ModelAdvice(model, environment.getProperty(prefix + ".draft-model", "")).on(invalid));
        }
        return Stream.of(
                        new ModelNotSetFailureAnalyzer(),
                        new ModelCacheFailureAnalyzer(),
                        new DeviceFailureAnalyzer(),
                        new EngineClosedFailureAnalyzer())
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst();
    }
}
