package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationStep;
import dev.tidar.api.Prompt.Tokens;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Runs on the real engine with the test model, greedily unless a test says otherwise. */
@DisplayName("A chat model streams")
class TidarChatModelStreamTest {

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

    @Test
    void theTextOfABlockingAnswer() {
        assertThat(text(chunks(new Prompt(OPENING)))).isEqualTo(text(model.call(new Prompt(OPENING))));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DRAFT_MODEL") // there is none
    void theTextOfABlockingAnswerAtATemperature(DecodeMode mode) {
        var options =
                TidarChatOptions.builder().temperature(0.8).seed(7L).mode(mode).build();
        var prompt = new Prompt(OPENING, options);

        assertThat(text(chunks(prompt))).isEqualTo(text(model.call(prompt)));
    }

    @Test
    void theTextOfABlockingAnswerWhenAnAlmostMatchingStopSequenceHoldsTextBack() {
        String whole = text(model.call(new Prompt(OPENING)));
        String almost = whole.substring(whole.length() - 5) + "NEVER";
        var options = TidarChatOptions.builder().stopSequences(List.of(almost)).build();

        assertThat(text(chunks(new Prompt(OPENING, options)))).isEqualTo(whole);
    }

    @Test
    void oneChunkAStepAndTheRestAtTheEnd() {
        List<ChatResponse> chunks = chunks(new Prompt(OPENING));

        List<ChatResponse> steps = chunks.subList(0, chunks.size() - 1);
        assertThat(steps).hasSizeGreaterThan(2).allSatisfy(chunk -> {
            assertThat(text(chunk)).isNotEmpty();
            assertThat(chunk.getResult().getMetadata().getFinishReason()).isNull();
            assertThat(chunk.getMetadata().getUsage().getTotalTokens()).isZero();
        });
        ChatResponse last = chunks.get(chunks.size() - 1);
        assertThat(text(last)).isEmpty();
        assertThat(last.getResult().getMetadata().getFinishReason()).isEqualTo("length");
        assertThat(last.getMetadata().getUsage().getCompletionTokens()).isEqualTo(MAX_TOKENS);
        assertThat(last.getMetadata().<Integer>get(TidarMetadata.FORWARDS)).isPositive();
    }

    @Test
    void theStepAndTheTokensOfEachChunk() {
        var options = TidarChatOptions.builder().mode(DecodeMode.SINGLE_PASS).build();
        List<ChatResponse> chunks = chunks(new Prompt(OPENING, options));

        List<Integer> steps = new ArrayList<>();
        List<Boolean> accepted = new ArrayList<>();
        for (ChatResponse chunk : chunks.subList(0, chunks.size() - 1)) {
            var metadata = chunk.getResult().getMetadata();
            steps.add(metadata.get(TidarMetadata.STEP));
            List<Map<String, Object>> tokens = metadata.get(TidarMetadata.TOKENS);
            tokens.forEach(token -> accepted.add((Boolean) token.get("accepted")));
            GenerationStep origin = metadata.get(TidarMetadata.ORIGIN);
            assertThat(origin.emitted()).hasSameSizeAs(tokens);
            assertThat(tokens.stream().map(token -> (String) token.get("text")).collect(Collectors.joining()))
                    .isEqualTo(text(chunk));
        }
        assertThat(steps).isSorted().doesNotHaveDuplicates().startsWith(0);
        assertThat(accepted).as("this model has drafts that are accepted").contains(true, false);
    }

    @Test
    void anewForEachSubscriptionAndNothingBefore() {
        long before = idOfARequest();
        Flux<ChatResponse> stream = model.stream(new Prompt(OPENING));
        assertThat(idOfARequest()).isEqualTo(before + 1);

        List<ChatResponse> first = stream.collectList().block();
        List<ChatResponse> second = stream.collectList().block();

        assertThat(text(first)).isEqualTo(text(second));
        assertThat(first.get(0).getMetadata().getId())
                .isNotEqualTo(second.get(0).getMetadata().getId());
    }

    @Test
    void untilItIsCancelledAndTheEngineStopsToo() {
        var ended = new CompletableFuture<ChatResponse>();
        var observed = new TidarChatModel(engine, model.getOptions(), tellingTheEnd(ended));

        StepVerifier.create(observed.stream(new Prompt(OPENING, StoriesModel.slow(400))), 2)
                .expectNextCount(2)
                .thenCancel()
                .verify();

        assertThat(ended).succeedsWithin(Duration.ofSeconds(30)).satisfies(response -> {
            assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("cancelled");
            assertThat(response.getMetadata().getUsage().getCompletionTokens()).isBetween(2, 200);
        });
        await().untilAsserted(() -> assertThat(engine.status().running()).isZero());
    }

    @Test
    void onAThreadThatUserCodeMayBlock() {
        List<String> threads = model.stream(new Prompt(OPENING))
                .map(chunk -> Thread.currentThread().getName())
                .collectList()
                .block();

        assertThat(threads).allSatisfy(name -> assertThat(name).startsWith("boundedElastic"));
    }

    @Test
    void throughAChatClientWithItsOwnAdvisors() {
        List<String> content = ChatClient.create(model).prompt().user(OPENING).stream()
                .content()
                .collectList()
                .block();

        assertThat(String.join("", content)).isEqualTo(text(model.call(new Prompt(OPENING))));
    }

    private static long idOfARequest() {
        var request =
                GenerationRequest.builder(new Tokens(List.of(1))).maxTokens(1).build();
        return engine.submit(request, GenerationListener.NONE).id();
    }

    private static ObservationRegistry tellingTheEnd(CompletableFuture<ChatResponse> ended) {
        var registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new ObservationHandler<ChatModelObservationContext>() {
            @Override
            public boolean supportsContext(Observation.Context context) {
                return context instanceof ChatModelObservationContext;
            }

            @Override
            public void onStop(ChatModelObservationContext context) {
                ended.complete(context.getResponse());
            }
        });
        return registry;
    }

    private static List<ChatResponse> chunks(Prompt prompt) {
        return model.stream(prompt).collectList().block();
    }

    private static String text(List<ChatResponse> chunks) {
        return chunks.stream().map(TidarChatModelStreamTest::text).collect(Collectors.joining());
    }

    private static String text(ChatResponse response) {
        return response.getResult().getOutput().getText();
    }
}
