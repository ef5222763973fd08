package dev.tidar.spring;

import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert.TestObservationRegistryAssertReturningObservationContextAssert;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.test.StepVerifier;

@DisplayName("The observation of a chat model")
class TidarChatModelObservationTest {

    private static final String OPENING = "Once upon a time";

    private static TidarEngine engine;

    private final TestObservationRegistry observations = TestObservationRegistry.create();

    private final TidarChatModel model = new TidarChatModel(
            engine, TidarChatOptions.builder().maxTokens(20).temperature(0.0).build(), observations);

    @BeforeAll
    static void load(@TempDir Path directory) {
        engine = StoriesModel.load(directory);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void tellsRequestAndResponseOfABlockingCall() {
        ChatResponse response = model.call(new Prompt(
                OPENING,
                ChatOptions.builder()
                        .temperature(0.0)
                        .stopSequences(List.of("END"))
                        .build()));

        theOne().hasContextualNameEqualTo("chat " + StoriesModel.NAME)
                .hasLowCardinalityKeyValue("gen_ai.operation.name", "chat")
                .hasLowCardinalityKeyValue("gen_ai.system", "tidar")
                .hasLowCardinalityKeyValue("gen_ai.request.model", StoriesModel.NAME)
                .hasLowCardinalityKeyValue("gen_ai.response.model", StoriesModel.NAME)
                .hasHighCardinalityKeyValue("gen_ai.request.max_tokens", "20")
                .hasHighCardinalityKeyValue("gen_ai.request.temperature", "0.0")
                .hasHighCardinalityKeyValue("gen_ai.request.stop_sequences", "[\"END\"]")
                .hasHighCardinalityKeyValue("gen_ai.response.finish_reasons", "[\"length\"]")
                .hasHighCardinalityKeyValue(
                        "gen_ai.response.id", response.getMetadata().getId())
                .hasHighCardinalityKeyValue(
                        "gen_ai.usage.input_tokens",
                        String.valueOf(response.getMetadata().getUsage().getPromptTokens()))
                .hasHighCardinalityKeyValue("gen_ai.usage.output_tokens", "20")
                .hasBeenStarted()
                .hasBeenStopped();
    }

    @Test
    void tellsTheSameOfAStreamAndIsClosedWhenTheStreamIs() {
        model.stream(new Prompt(OPENING)).collectList().block();

        theOne().hasHighCardinalityKeyValue("gen_ai.request.stream", "true")
                .hasHighCardinalityKeyValue("gen_ai.response.finish_reasons", "[\"length\"]")
                .hasHighCardinalityKeyValue("gen_ai.usage.output_tokens", "20")
                .hasBeenStopped();
    }

    @Test
    void holdsTheWholeTextOfAStream() {
        String text = model.call(OPENING);
        observations.clear();

        model.stream(new Prompt(OPENING)).blockLast();

        theOne().satisfies(context -> org.assertj.core.api.Assertions.assertThat(((ChatModelObservationContext) context)
                        .getResponse()
                        .getResult()
                        .getOutput()
                        .getText())
                .isEqualTo(text));
    }

    @Test
    void countsWhatTheEngineMadeUntilACancel() {
        StepVerifier.create(model.stream(new Prompt(OPENING, StoriesModel.slow(400))), 2)
                .expectNextCount(2)
                .thenCancel()
                .verify();

        await().untilAsserted(() -> theOne().hasLowCardinalityKeyValue("gen_ai.response.model", StoriesModel.NAME)
                .hasHighCardinalityKeyValue("gen_ai.response.finish_reasons", "[\"cancelled\"]")
                .hasHighCardinalityKeyValueWithKey("gen_ai.usage.output_tokens")
                .hasBeenStopped());
    }

    @Test
    void countsWhatTheEngineMadeUntilAFailure(@TempDir Path directory) {
        TidarEngine failing = StoriesModel.load(directory);
        var told = new TidarChatModel(failing, TidarChatOptions.builder().build(), observations);

        StepVerifier.create(told.stream(new Prompt(OPENING, StoriesModel.slow(400))))
                .expectNextCount(2)
                .then(failing::close)
                .thenConsumeWhile(chunk -> true)
                .expectError()
                .verify();

        theOne().hasError()
                .hasLowCardinalityKeyValue("gen_ai.response.model", StoriesModel.NAME)
                .hasHighCardinalityKeyValueWithKey("gen_ai.usage.input_tokens")
                .hasHighCardinalityKeyValueWithKey("gen_ai.usage.cache_read.input_tokens")
                .satisfies(context -> {
                    Usage usage = ((ChatModelObservationContext) context)
                            .getResponse()
                            .getMetadata()
                            .getUsage();
                    org.assertj.core.api.Assertions.assertThat(usage.getPromptTokens())
                            .isPositive();
                    org.assertj.core.api.Assertions.assertThat(usage.getCompletionTokens())
                            .isGreaterThanOrEqualTo(2);
                })
                .hasBeenStopped();
    }

    @Test
    void countsNoTokensOfARequestThatNeverBegan() {
        var rejected = new Prompt(
                OPENING, TidarChatOptions.builder().maxTokens(20).topP(7.0).build());

        StepVerifier.create(model.stream(rejected)).expectError().verify();

        assertThat(observations).doesNotHaveAnyObservation();
    }

    @Test
    void countsCachedTokensOfThePrompt() {
        String opening = (OPENING + " there was a little dog. ").repeat(3);
        model.call(opening);
        observations.clear();

        ChatResponse response = model.call(new Prompt(opening));

        theOne().hasHighCardinalityKeyValue(
                        "gen_ai.usage.cache_read.input_tokens",
                        String.valueOf(response.getMetadata().getUsage().getCacheReadInputTokens()));
    }

    @Test
    void isClosedWhenTheSubscriberCancelsBeforeAnythingCame() {
        StepVerifier.create(model.stream(new Prompt(OPENING, StoriesModel.slow(400))), 0)
                .thenCancel()
                .verify();

        await().untilAsserted(() -> theOne().hasBeenStopped());
    }

    @Test
    void isAChildOfTheObservationInTheSubscribersContext() {
        Observation parent = Observation.start("request", observations);

        model.stream(new Prompt(OPENING))
                .contextWrite(context -> context.put(ObservationThreadLocalAccessor.KEY, parent))
                .blockLast();
        parent.stop();

        theOne().hasParentObservationEqualTo(parent);
    }

    @Test
    void holdsTheFailureOfTheEngine(@TempDir Path directory) {
        TidarEngine closed = StoriesModel.load(directory);
        var late = new TidarChatModel(closed, TidarChatOptions.builder().build(), observations);
        closed.close();

        StepVerifier.create(late.stream(new Prompt(OPENING))).expectError().verify();

        theOne().hasError().hasBeenStopped();
    }

    @Test
    void followsTheConventionOfTheApplication() {
        model.setObservationConvention(new DefaultChatModelObservationConvention() {
            @Override
            public String getName() {
                return "stories.told";
            }
        });

        model.call(OPENING);

        assertThat(observations).hasObservationWithNameEqualTo("stories.told");
    }

    private TestObservationRegistryAssertReturningObservationContextAssert theOne() {
        return assertThat(observations)
                .hasObservationWithNameEqualTo(DefaultChatModelObservationConvention.DEFAULT_NAME)
                .that();
    }
}
