package dev.tidar.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Conditional;

/** Matches where the properties name one model and not several. */
final class NoNamedModels extends NoneNestedConditions {

    NoNamedModels() {
        super(ConfigurationPhase.PARSE_CONFIGURATION);
    }

    @Conditional(OnNamedModels.class)
    static final class ThereAre {}
}
