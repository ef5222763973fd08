package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@DisplayName("The settings name the property that is wrong")
class TidarPropertiesTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(Settings.class);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tidar.device=cuda | tidar.device must be auto or cpu, but is cuda: this version has no CUDA backend",
                "tidar.threads=0 | tidar.threads must be positive, but is 0",
                "tidar.context-length=-5 | tidar.context-length must be positive, but is -5",
                "tidar.mask-token-id=-1 | tidar.mask-token-id must be in [0, 2147483647], but is -1",
                "tidar.block-size=1 | tidar.block-size must be in [2, 32], but is 1",
                "tidar.draft-length=33 | tidar.draft-length must be in [2, 32], but is 33",
                "tidar.outcomes=0 | tidar.outcomes must be in [1, 32], but is 0",
                "tidar.max-prompt-characters=0 | tidar.max-prompt-characters must be positive, but is 0",
                "tidar.kv-cache.memory=0B | tidar.kv-cache.memory must be positive, but is 0B",
                "tidar.queue.max-requests=0 | tidar.queue.max-requests must be positive, but is 0",
                "tidar.chat.temperature=-1 | tidar.chat.temperature must be 0 or in [0.01, 100], but is -1.0",
                "tidar.chat.max-tokens=0 | tidar.chat.max-tokens must be positive, but is 0",
            })
    void andItsRule(String property, String message) {
        application
                .withPropertyValues(property)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessage(message));
    }

    @ParameterizedTest
    @CsvSource({"tidar.weights=int3", "tidar.mode=fast", "tidar.device=tpu", "tidar.kv-cache.memory=much"})
    void whenItsValueIsNoneOfTheKnownOnes(String property) {
        application
                .withPropertyValues(property)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("'" + property.substring(0, property.indexOf('=')) + "'"));
    }

    @Test
    void andTheModeThatOutcomesBelongTo() {
        application
                .withPropertyValues("tidar.outcomes=1,4")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessage("tidar.outcomes must be empty unless tidar.mode is single-pass"));
    }

    @Test
    void andTheOutcomesThatTheDraftLengthLeavesRoomFor() {
        application
                .withPropertyValues("tidar.draft-length=4", "tidar.outcomes=1,5")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessage("tidar.outcomes must be in [1, 4], but is 5"));
    }

    @EnableConfigurationProperties(TidarProperties.class)
    static class Settings {}
}
