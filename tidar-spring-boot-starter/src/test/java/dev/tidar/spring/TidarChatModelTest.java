package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

import dev.tidar.TidarEngine;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Runs on the real engine with the test model, greedily unless a test says otherwise. */
@DisplayName("A chat model")
class TidarChatModelTest {

    private static final String OPENING = "Once upon a time";

    private static final int MAX_TOKENS = 40;

    private static TidarEngine engine;
    private static TidarChatModel model;

    @BeforeAll
    static void load(@TempDir Path directory) {
        engine = StoriesModel.load(directory);
        var options = TidarChatOptions.builder()
                .temperature(0.0)
                .maxTokens(MAX_TOKENS)
                .build();
        model = new TidarChatModel(engine, options, ObservationRegistry.NOOP);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Nested
    class Answers {

        @Test
        void withTextFinishReasonAndUsage() {
            ChatResponse response = model.call(new Prompt(OPENING));

            assertThat(text(response)).isNotBlank();
            assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("length");
            Usage usage = response.getMetadata().getUsage();
            assertThat(usage.getCompletionTokens()).isEqualTo(MAX_TOKENS);
            assertThat(usage.getPromptTokens()).isPositive();
            assertThat(usage.getTotalTokens()).isEqualTo(usage.getPromptTokens() + MAX_TOKENS);
            assertThat(usage.getCacheWriteInputTokens()).isNull();
        }

        @Test
        void withTheCountsAndTimesOfTheEngine() {
            var metadata = model.call(new Prompt(OPENING)).getMetadata();

            assertThat(metadata.getModel()).isEqualTo(StoriesModel.NAME);
            assertThat(metadata.getId()).startsWith("tidar-");
            var stats = (GenerationStats) metadata.getUsage().getNativeUsage();
            assertThat(metadata.<Integer>get(TidarMetadata.FORWARDS)).isEqualTo(stats.forwards());
            assertThat(metadata.<Double>get(TidarMetadata.TOKENS_PER_FORWARD)).isEqualTo(stats.tokensPerForward());
            assertThat(metadata.<Map<Integer, Integer>>get(TidarMetadata.KEPT)).isEqualTo(stats.keptHistogram());
            assertThat(metadata.<String>get(TidarMetadata.LAYOUT)).isEqualTo(stats.layout());
            assertThat(metadata.<String>get(TidarMetadata.DEVICE))
                    .isEqualTo(engine.status().device());
            assertThat(metadata.<Long>get(TidarMetadata.DECODE_MILLIS))
                    .isEqualTo(stats.decode().toMillis());
            assertThat(metadata.<Object>get(TidarMetadata.SEED)).isInstanceOf(Long.class);
        }

        @Test
        void withTheDeviceAlsoWhereTheEngineIsUnloadedBeforeTheCallerGoesOn(@TempDir Path directory) {
            EngineOptions options =
                    EngineOptions.builder(StoriesModel.in(directory)).threads(1).build();
            try (var onDemand = new OnDemandEngine("stories", () -> TidarEngine.start(options), Duration.ZERO)) {
                var late = new TidarChatModel(
                        unloadedAfterEachAnswer(onDemand),
                        TidarChatOptions.builder().maxTokens(MAX_TOKENS).build(),
                        ObservationRegistry.NOOP);

                ChatResponse response = late.call(new Prompt(OPENING));

                assertThat(onDemand.present()).isEmpty();
                assertThat(response.getMetadata().<String>get(TidarMetadata.DEVICE))
                        .isEqualTo(engine.status().device());
            }
        }

        /** Whoever waits for an answer gets it when the engine is gone. */
        private static ModelEngine unloadedAfterEachAnswer(OnDemandEngine engine) {
            ModelEngine unloaded = mock(ModelEngine.class, delegatesTo(engine));
            willAnswer(submission -> {
                        Generation generation = engine.submit(submission.getArgument(0), submission.getArgument(1));
                        Generation late = mock(Generation.class);
                        given(late.await()).willAnswer(end -> {
                            GenerationResult result = generation.await();
                            engine.unload();
                            return result;
                        });
                        return late;
                    })
                    .given(unloaded)
                    .submit(any(), any());
            return unloaded;
        }

        @Test
        void toSystemAndUserMessagesInTheOrderOfTheTemplate() {
            var together = new Prompt(new SystemMessage("Once upon"), new UserMessage(" a time"));

            assertThat(text(model.call(together))).isEqualTo(text(model.call(new Prompt(OPENING))));
        }

        @ParameterizedTest
        @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DRAFT_MODEL") // there is none
        void withTheSameTextInEveryMode(DecodeMode mode) {
            var options = TidarChatOptions.builder().mode(mode).build();

            assertThat(text(model.call(new Prompt(OPENING, options)))).isEqualTo(text(model.call(new Prompt(OPENING))));
        }

        @Test
        void withTheSameTextForTheSameSeed() {
            var options = TidarChatOptions.builder().temperature(0.8).seed(42L).build();

            ChatResponse first = model.call(new Prompt(OPENING, options));
            ChatResponse second = model.call(new Prompt(OPENING, options));

            assertThat(text(first)).isEqualTo(text(second)).isNotEqualTo(text(model.call(new Prompt(OPENING))));
            assertThat(first.getMetadata().<Long>get(TidarMetadata.SEED)).isEqualTo(42L);
        }

        @Test
        void upToAStopSequenceWhichDoesNotShow() {
            String whole = text(model.call(new Prompt(OPENING)));
            String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 6);
            var options =
                    TidarChatOptions.builder().stopSequences(List.of(stop)).build();

            ChatResponse response = model.call(new Prompt(OPENING, options));

            assertThat(text(response)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
            assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("stop");
        }

        @Test
        void toPortableOptionsOfSpringAi() {
            ChatOptions portable = ChatOptions.builder().maxTokens(3).build();

            assertThat(model.call(new Prompt(OPENING, portable))
                            .getMetadata()
                            .getUsage()
                            .getCompletionTokens())
                    .isEqualTo(3);
        }

        @Test
        void throughAChatClientWithItsOwnAdvisors() {
            var client = ChatClient.create(model);

            ChatResponse response = client.prompt().user(OPENING).call().chatResponse();

            assertThat(text(response)).isEqualTo(text(model.call(new Prompt(OPENING))));
            assertThat(response.getMetadata().<Integer>get(TidarMetadata.FORWARDS))
                    .isPositive();
        }

        @Test
        void withTheOptionsOfAChatClientOnTopOfItsOwn() {
            var options = TidarChatOptions.builder()
                    .mode(DecodeMode.SINGLE_PASS)
                    .outcomes(Set.of(1, 4))
                    .maxTokens(5);

            ChatResponse response = ChatClient.create(model)
                    .prompt()
                    .user(OPENING)
                    .options(options)
                    .call()
                    .chatResponse();

            assertThat(response.getMetadata().getUsage().getCompletionTokens()).isEqualTo(5);
            assertThat(response.getMetadata().<String>get(TidarMetadata.LAYOUT)).contains("single-pass");
        }
    }

    @Nested
    class Rejects {

        @Test
        void aBlockingCallOnAnEventLoopWithAdvice() {
            Mono<ChatResponse> onEventLoop =
                    Mono.fromCallable(() -> model.call(new Prompt(OPENING))).subscribeOn(Schedulers.parallel());

            StepVerifier.create(onEventLoop)
                    .expectErrorSatisfies(failure -> assertThat(failure)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("must not run on an event loop")
                            .hasMessageContaining("use stream()"))
                    .verify();
        }

        @Test
        void toWaitOnAnInterruptedThreadAndStopsTheEngine() {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> model.call(new Prompt(OPENING, StoriesModel.slow(400))))
                    .isInstanceOf(CancellationException.class);

            assertThat(Thread.interrupted())
                    .as("the interrupt flag is set again")
                    .isTrue();
            await().untilAsserted(() -> assertThat(engine.status().running()).isZero());
        }

        @Test
        void requestsToAnEngineThatIsClosed(@TempDir Path directory) {
            TidarEngine closed = StoriesModel.load(directory);
            var late = new TidarChatModel(closed);
            closed.close();

            assertThatThrownBy(() -> late.call(new Prompt(OPENING))).isInstanceOf(EngineClosedException.class);
            StepVerifier.create(late.stream(new Prompt(OPENING)))
                    .expectError(EngineClosedException.class)
                    .verify();
        }
    }

    private static String text(ChatResponse response) {
        return response.getResult().getOutput().getText();
    }
}
