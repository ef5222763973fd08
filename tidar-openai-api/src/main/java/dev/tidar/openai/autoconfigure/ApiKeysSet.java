package dev.tidar.openai.autoconfigure;

import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches where the application has keys for the API. */
final class ApiKeysSet extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean set = !Binder.get(context.getEnvironment())
                .bind("tidar.openai.api-keys", Bindable.listOf(String.class))
                .orElse(List.of())
                .isEmpty();
        return new ConditionOutcome(set, ConditionMessage.of("tidar.openai.api-keys is %s", set ? "set" : "not set"));
    }
}
