package dev.tidar.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a class, and says so in the log and in the report, where chromium or chromedriver is not on the PATH. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(RequiresChromium.Condition.class)
@interface RequiresChromium {

    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (Browser.onPath("chromium").isPresent()
                    && Browser.onPath("chromedriver").isPresent()) {
                return ConditionEvaluationResult.enabled("chromium and chromedriver are on the PATH");
            }
            String reason = context.getDisplayName() + " is skipped: chromium and chromedriver must be on the PATH";
            LogFactory.getLog(RequiresChromium.class).warn(reason);
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}
