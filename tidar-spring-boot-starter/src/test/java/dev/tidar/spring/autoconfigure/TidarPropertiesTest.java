package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.KvCacheOptions.Type;
import dev.tidar.api.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
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
                "tidar.device=cuda:x | must be auto, cpu, cuda, or cuda: and the number of a GPU, but is cuda:x",
                "tidar.threads=0 | tidar.threads must be positive, but is 0",
                "tidar.context-length=-5 | tidar.context-length must be positive, but is -5",
                "tidar.mask-token-id=-1 | tidar.mask-token-id must be in [0, 2147483647], but is -1",
                "tidar.block-size=1 | tidar.block-size must be in [2, 32], but is 1",
                "tidar.draft-length=33 | tidar.draft-length must be in [2, 32], but is 33",
                "tidar.outcomes=0 | tidar.outcomes must be in [1, 32], but is 0",
                "tidar.beta=-0.1 | tidar.beta must be in [0, 1], but is -0.1",
                "tidar.beta=0.5 | tidar.beta must be 1 unless tidar.mode is single-pass with all outcomes",
                "tidar.prefix-cache.expire-after=0s | tidar.prefix-cache.expire-after must be in [1ms, 365d], but is 0ms",
                "tidar.batch.max-sequences=257 | tidar.batch.max-sequences must be in [1, 256], but is 257",
                "tidar.batch.prefill-chunk=0 | tidar.batch.prefill-chunk must be in [1, 4096], but is 0",
                "tidar.batch.max-step=-1ms | tidar.batch.max-step must be in [1ms, 365d], but is -1ms",
                "tidar.queue.max-wait=366d | tidar.queue.max-wait must be in [1ms, 365d], but is 31622400000ms",
                "tidar.limits.max-prompt-characters=0 | tidar.limits.max-prompt-characters must be positive, but is 0",
                "tidar.limits.max-prompt-tokens=-7 | tidar.limits.max-prompt-tokens must be positive, but is -7",
                "tidar.limits.max-new-tokens=0 | tidar.limits.max-new-tokens must be positive, but is 0",
                "tidar.limits.max-new-tokens=100 | tidar.chat.max-tokens must be in [1, 100], but is 512",
                "tidar.limits.max-request-time=0 | tidar.limits.max-request-time must be in [1ms, 365d], but is 0ms",
                "tidar.watchdog.warn-after=0s | tidar.watchdog.warn-after must be in [1ms, 365d], but is 0ms",
                "tidar.watchdog.fail-after=29s | tidar.watchdog.fail-after must not be below tidar.watchdog.warn-after,"
                        + " which is 30000ms, but is 29000ms",
                "tidar.shutdown.drain-time=0s | tidar.shutdown.drain-time must be in [1ms, 365d], but is 0ms",
                "tidar.kv-cache.memory=0B | tidar.kv-cache.memory must be positive, but is 0B",
                "tidar.queue.max-requests=0 | tidar.queue.max-requests must be positive, but is 0",
                "tidar.chat.temperature=-1 | tidar.chat.temperature must be 0 or in [0.01, 100], but is -1.0",
                "tidar.chat.top-k=-1 | tidar.chat.top-k must be in [0, 2147483647], but is -1",
                "tidar.chat.top-p=0 | tidar.chat.top-p must be in (0, 1], but is 0.0",
                "tidar.chat.top-p=NaN | tidar.chat.top-p must be in (0, 1], but is NaN",
                "tidar.chat.min-p=1.5 | tidar.chat.min-p must be in [0, 1], but is 1.5",
                "tidar.chat.repetition-penalty=0 | tidar.chat.repetition-penalty must be in [0.01, 100], but is 0.0",
                "tidar.chat.max-tokens=0 | tidar.chat.max-tokens must be in [1, 2147483647], but is 0",
            })
    void andItsRule(String property, String message) {
        application
                .withPropertyValues(property)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessage(message));
    }

    @ParameterizedTest
    @CsvSource({
        "tidar.weights=int3",
        "tidar.mode=fast",
        "tidar.device=tpu",
        "tidar.kv-cache.memory=much",
        "tidar.kv-cache.type=f8",
        "tidar.load-mode=lazy",
        "tidar.queue.max-wait=soon"
    })
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

    @Test
    void andAreThoseOfTheEngineWhereNothingIsSet() {
        application.run(context -> {
            var options = new EngineSettings(context.getBean(TidarProperties.class)).options(Path.of("model"));

            assertThat(options.limits()).isEqualTo(Limits.DEFAULT);
            assertThat(options.kvCache()).isEqualTo(KvCacheOptions.DEFAULT);
        });
    }

    @Test
    void andReachTheEngineWhereTheyAreSet() {
        application
                .withPropertyValues(
                        "tidar.kv-cache.memory=3MB",
                        "tidar.kv-cache.type=bf16",
                        "tidar.prefix-cache.enabled=false",
                        "tidar.prefix-cache.expire-after=7m",
                        "tidar.batch.max-sequences=3",
                        "tidar.batch.prefill-chunk=17",
                        "tidar.batch.max-step=9ms",
                        "tidar.queue.max-requests=5",
                        "tidar.queue.max-wait=6s",
                        "tidar.limits.max-prompt-characters=1000",
                        "tidar.limits.max-prompt-tokens=900",
                        "tidar.limits.max-new-tokens=800",
                        "tidar.limits.max-request-time=2m",
                        "tidar.watchdog.warn-after=4s",
                        "tidar.watchdog.fail-after=8s")
                .run(context -> {
                    var options = new EngineSettings(context.getBean(TidarProperties.class)).options(Path.of("model"));

                    assertThat(options.kvCache())
                            .isEqualTo(new KvCacheOptions(
                                    OptionalLong.of(3 << 20), Type.BF16, false, Duration.ofMinutes(7)));
                    assertThat(options.limits())
                            .isEqualTo(new Limits(
                                    3,
                                    5,
                                    Duration.ofSeconds(6),
                                    Optional.of(Duration.ofMinutes(2)),
                                    1000,
                                    OptionalInt.of(900),
                                    OptionalInt.of(800),
                                    17,
                                    Duration.ofMillis(9),
                                    Duration.ofSeconds(4),
                                    Duration.ofSeconds(8)));
                });
    }

    @EnableConfigurationProperties(TidarProperties.class)
    static class Settings {}
}
