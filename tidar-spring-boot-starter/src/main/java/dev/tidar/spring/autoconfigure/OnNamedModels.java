package dev.tidar.spring.autoconfigure;

import java.util.Set;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches where there is a property under {@code tidar.models}. */
final class OnNamedModels extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Set<String> names = NamedModel.names(context.getEnvironment());
        return new ConditionOutcome(!names.isEmpty(), "models under tidar.models: " + names);
    }
}
