package dev.tidar.openai.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Advises which dependency to add, or which property to leave out. */
final class MissingLibraryFailureAnalyzer extends AbstractFailureAnalyzer<MissingLibraryException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MissingLibraryException cause) {
        String[] names = cause.artifact().split(":", -1);
        String version = names[0].startsWith("org.springframework.boot") ? "" : "\n        <version>2.4.0</version>";
        return new FailureAnalysis(
                cause.getMessage() + ".",
                """
                Add %s to the dependencies:

                    <dependency>
                        <groupId>%s</groupId>
                        <artifactId>%s</artifactId>%s
                    </dependency>

                or leave %s unset.""".formatted(
                        cause.library(), names[0], names[1], version.indent(0).stripTrailing(), cause.property()),
                cause);
    }
}
