package dev.tidar.spring.autoconfigure;

import java.util.List;
import java.util.Objects;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
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
        String model = environment.getProperty(cause.prefix() + ".model", "not set");
        List<FailureAnalyzer> analyzers = List.of(
                new ModelNotSetFailureAnalyzer(),
                new InvalidModelFailureAnalyzer(model, environment.getProperty(cause.prefix() + ".draft-model", "")),
                new HubFailureAnalyzer(),
                new ModelCacheFailureAnalyzer(),
                new DeviceFailureAnalyzer(),
                new EngineClosedFailureAnalyzer());
        return analyzers.stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .map(single -> new FailureAnalysis(
                        NamedModelException.underPrefix(cause.prefix(), String.valueOf(single.getDescription())),
                        NamedModelException.underPrefix(cause.prefix(), String.valueOf(single.getAction())),
                        cause))
                .orElseGet(() -> new FailureAnalysis(
                        cause.getMessage() + ".", "Correct the properties under " + cause.prefix() + ".", cause));
    }
}
