package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Groups;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.KvCacheOptions.Type;
import dev.tidar.api.Limits;
import dev.tidar.api.ModelSource;
import dev.tidar.api.RequestOption;
import dev.tidar.api.Tools;
import dev.tidar.api.WarmUp;
import dev.tidar.spring.TidarChatOptions;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
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
                "tidar.outcomes=0 | tidar.outcomes must have kept counts in [1, 32], but has [0]",
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
                "tidar.warm-up.max-tokens=0 | tidar.warm-up.max-tokens must be in [1, 1024], but is 0",
                "tidar.warm-up.prompts=a,,b | tidar.warm-up.prompts must be texts, but one of them is empty",
                "tidar.kv-cache.memory=0B | tidar.kv-cache.memory must be positive, but is 0B",
                "tidar.queue.max-requests=0 | tidar.queue.max-requests must be positive, but is 0",
                "tidar.chat.temperature=-1 | tidar.chat.temperature must be 0 or in [0.01, 100], but is -1.0",
                "tidar.chat.top-k=-1 | tidar.chat.top-k must be at least 0, but is -1",
                "tidar.chat.top-p=0 | tidar.chat.top-p must be in (0, 1], but is 0.0",
                "tidar.chat.top-p=NaN | tidar.chat.top-p must be in (0, 1], but is NaN",
                "tidar.chat.min-p=1.5 | tidar.chat.min-p must be in [0, 1], but is 1.5",
                "tidar.chat.repetition-penalty=0 | tidar.chat.repetition-penalty must be in [0.01, 100], but is 0.0",
                "tidar.chat.typical-p=0 | tidar.chat.typical-p must be in (0, 1], but is 0.0",
                "tidar.chat.presence-penalty=3 | tidar.chat.presence-penalty must be in [-2, 2], but is 3.0",
                "tidar.chat.frequency-penalty=-3 | tidar.chat.frequency-penalty must be in [-2, 2], but is -3.0",
                "tidar.chat.logit-bias.7=101 | tidar.chat.logit-bias must have values in [-100, 100], but has 101.0 for token 7",
                "tidar.chat.min-tokens=-1 | tidar.chat.min-tokens must be at least 0, but is -1",
                "tidar.chat.min-tokens=513 | tidar.chat.min-tokens must be in [0, max-tokens = 512], but is 513",
                "tidar.chat.timeout=0s | tidar.chat.timeout must be positive, but is PT0S",
                "tidar.chat.logprobs=21 | tidar.chat.logprobs must be in [0, 20], but is 21",
                "tidar.chat.draft-length=33 | tidar.chat.draft-length must be in [2, 32], but is 33",
                "tidar.chat.outcomes=0 | tidar.chat.outcomes must have kept counts in [1, 32], but has [0]",
                "tidar.chat.beta=2 | tidar.chat.beta must be in [0, 1], but is 2.0",
                "tidar.chat.thinking-budget=0 | tidar.chat.thinking-budget must be at least 1, but is 0",
                "tidar.chat.cache-salt=a b | tidar.chat.cache-salt must have 1 to 128 visible ASCII characters, but has 3,"
                        + " not all of them visible ASCII",
                "tidar.chat.max-tokens=0 | tidar.chat.max-tokens must be at least 1, but is 0",
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
        "tidar.chat.mode=fast",
        "tidar.chat.timeout=soon",
        "tidar.chat.tool-choice=two words",
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
                        .hasMessage("tidar.outcomes must not be set unless tidar.mode is single-pass"));
    }

    @Test
    void andTheModeThatGroupsBelongTo() {
        application
                .withPropertyValues("tidar.mode=two-pass", "tidar.groups=short")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessage("tidar.groups must be auto unless tidar.mode is single-pass"));
    }

    @Test
    void noOutcomesAreOtherThanAllOfThem() {
        application
                .withPropertyValues("tidar.mode=single-pass", "tidar.outcomes=", "tidar.groups=forced-short")
                .run(context -> assertThat(
                                context.getBean(TidarProperties.class).decoding())
                        .isEqualTo(Decoding.of(DecodeMode.SINGLE_PASS)
                                .withOutcomes(Set.of())
                                .withGroups(Groups.FORCED_SHORT)));
        application.run(context -> assertThat(
                        context.getBean(TidarProperties.class).decoding().outcomes())
                .isEmpty());
    }

    @Test
    void andTheOutcomesThatTheDraftLengthLeavesRoomFor() {
        application
                .withPropertyValues("tidar.draft-length=4", "tidar.outcomes=1,5")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessage("tidar.outcomes must have kept counts in [1, draft-length = 4], but has [1, 5]"));
    }

    @Test
    void andTheOneThatDoesNotFitAnother() {
        assertRejected(
                "tidar.chat.regex and choices must not be set together: an answer keeps to one format",
                "tidar.chat.regex=a",
                "tidar.chat.choices=b,c");
        assertRejected(
                "tidar.chat.ignore-eos must be false for an answer with a format, which ends at a stop id of the model",
                "tidar.chat.regex=a",
                "tidar.chat.ignore-eos=true");
        assertRejected(
                "tidar.chat.thinking-budget must be unset where thinking is off, but is 5",
                "tidar.chat.thinking=false",
                "tidar.chat.thinking-budget=5");
    }

    private void assertRejected(String message, String... properties) {
        application
                .withPropertyValues(properties)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessage(message));
    }

    @Test
    void andSetEveryOptionOfARequest() {
        application
                .withPropertyValues(
                        "tidar.chat.temperature=0.5",
                        "tidar.chat.top-k=40",
                        "tidar.chat.top-p=0.9",
                        "tidar.chat.min-p=0.05",
                        "tidar.chat.typical-p=0.95",
                        "tidar.chat.repetition-penalty=1.1",
                        "tidar.chat.presence-penalty=0.2",
                        "tidar.chat.frequency-penalty=-0.3",
                        "tidar.chat.logit-bias.7=-100",
                        "tidar.chat.seed=42",
                        "tidar.chat.max-tokens=9",
                        "tidar.chat.min-tokens=2",
                        "tidar.chat.stop=END,STOP",
                        "tidar.chat.stop-ids=5,6",
                        "tidar.chat.ignore-eos=false",
                        "tidar.chat.timeout=7s",
                        "tidar.chat.json-schema={}",
                        "tidar.chat.logprobs=3",
                        "tidar.chat.mode=single-pass",
                        "tidar.chat.draft-length=4",
                        "tidar.chat.outcomes=1,4",
                        "tidar.chat.groups=full",
                        "tidar.chat.beta=1",
                        "tidar.chat.thinking=true",
                        "tidar.chat.thinking-budget=64",
                        "tidar.chat.tool-choice=weather",
                        "tidar.chat.tool-call-at-limit=hand-over",
                        "tidar.chat.cache-salt=app")
                .run(context -> assertThat(chatOptions(context))
                        .isEqualTo(TidarChatOptions.builder()
                                .temperature(0.5)
                                .topK(40)
                                .topP(0.9)
                                .minP(0.05)
                                .typicalP(0.95)
                                .repetitionPenalty(1.1)
                                .presencePenalty(0.2)
                                .frequencyPenalty(-0.3)
                                .logitBias(Map.of(7, -100.0))
                                .seed(42L)
                                .maxTokens(9)
                                .minTokens(2)
                                .stopSequences(List.of("END", "STOP"))
                                .stopIds(Set.of(5, 6))
                                .ignoreEos(false)
                                .timeout(Duration.ofSeconds(7))
                                .outputSchema("{}")
                                .logProbs(3)
                                .mode(DecodeMode.SINGLE_PASS)
                                .draftLength(4)
                                .outcomes(Set.of(1, 4))
                                .groups(Groups.FULL)
                                .beta(1.0)
                                .thinking(true)
                                .thinkingBudget(64)
                                .toolChoice(Tools.Choice.of("weather"))
                                .toolCallAtLimit(Tools.AtLimit.HAND_OVER)
                                .cacheSalt("app")
                                .build()));
    }

    @Test
    void andSetOneOfTheFormats() {
        application
                .withPropertyValues("tidar.chat.regex=a+")
                .run(context -> assertThat(chatOptions(context).getRegex()).isEqualTo("a+"));
        application
                .withPropertyValues("tidar.chat.choices=yes,no")
                .run(context -> assertThat(chatOptions(context).getChoices()).containsExactly("yes", "no"));
    }

    @Test
    void andLeaveEveryOptionButTheLongestAnswerToTheModel() {
        application.run(context -> assertThat(chatOptions(context))
                .isEqualTo(TidarChatOptions.builder().maxTokens(512).build()));
    }

    @Test
    void andThereIsOneForEveryOption() {
        assertThat(Stream.of(TidarChatProperties.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .map(name -> name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT)))
                .containsExactlyElementsOf(
                        RequestOption.ALL.stream().map(RequestOption::name).toList());
    }

    private static TidarChatOptions chatOptions(AssertableApplicationContext context) {
        return context.getBean(TidarProperties.class).chat().options();
    }

    @Test
    void andAreThoseOfTheEngineWhereNothingIsSet() {
        application.run(context -> {
            var options = new EngineSettings(context.getBean(TidarProperties.class))
                    .options(new ModelSource.Folder(Path.of("model")), Optional.empty());

            assertThat(options.limits()).isEqualTo(Limits.DEFAULT);
            assertThat(options.kvCache()).isEqualTo(KvCacheOptions.DEFAULT);
        });
    }

    @Test
    void andNameADraftModelBeforeTheModeThatNeedsIt() {
        assertRejected("tidar.mode must not be draft-model unless tidar.draft-model is set", "tidar.mode=draft-model");
        application
                .withPropertyValues("tidar.mode=draft-model", "tidar.draft-model=/models/small")
                .run(context -> {
                    var settings = new EngineSettings(context.getBean(TidarProperties.class));

                    assertThat(settings.options(
                                            new ModelSource.Folder(Path.of("model")),
                                            Optional.of(Path.of("/models/small")))
                                    .draftModel())
                            .contains(Path.of("/models/small"));
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
                        "tidar.warm-up.system-prompts[0]=You answer, briefly.",
                        "tidar.warm-up.prompts[0]=Hello",
                        "tidar.warm-up.max-tokens=3",
                        "tidar.watchdog.fail-after=8s")
                .run(context -> {
                    var options = new EngineSettings(context.getBean(TidarProperties.class))
                            .options(new ModelSource.Folder(Path.of("model")), Optional.empty());
                    assertThat(options.warmUp())
                            .isEqualTo(new WarmUp(List.of("You answer, briefly."), List.of("Hello"), 3));

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
                                    OptionalInt.of(17),
                                    Duration.ofMillis(9),
                                    Duration.ofSeconds(4),
                                    Duration.ofSeconds(8)));
                });
    }

    @EnableConfigurationProperties(TidarProperties.class)
    static class Settings {}
}
