package dev.tidar.sample;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.TidarException;
import dev.tidar.spring.TidarChatOptions;
import dev.tidar.spring.TidarMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;

/** How failures reach the caller, with a chat model that fails on command. */
@DisplayName("A failing chat model")
class FailureTest {

    private final ChatModel model = mock(ChatModel.class);
    private WebTestClient http;

    @BeforeEach
    void serve() {
        given(model.getOptions()).willReturn(TidarChatOptions.builder().build());
        http = WebTestClient.bindToController(new ChatController(ChatClient.builder(model), mock(TidarEngine.class)))
                .controllerAdvice(new ProblemAdvice())
                .build();
    }

    @Test
    void isRetryLaterWhenTheQueueIsFull() {
        given(model.stream(any(Prompt.class)))
                .willReturn(Flux.error(new EngineBusyException("64 requests wait", Duration.ofSeconds(3))));

        ask().expectStatus()
                .isEqualTo(503)
                .expectHeader()
                .valueEquals(HttpHeaders.RETRY_AFTER, "3")
                .expectBody()
                .jsonPath("$.title")
                .isEqualTo("Engine busy")
                .jsonPath("$.detail")
                .isEqualTo("64 requests wait");
    }

    @ParameterizedTest
    @MethodSource
    void isAStatusWithoutRetryWhenTryingAgainCannotHelp(TidarException failure, int status) {
        given(model.stream(any(Prompt.class))).willReturn(Flux.error(failure));

        ask().expectStatus().isEqualTo(status).expectHeader().doesNotExist(HttpHeaders.RETRY_AFTER);
    }

    static Stream<Arguments> isAStatusWithoutRetryWhenTryingAgainCannotHelp() {
        return Stream.of(
                Arguments.of(new EngineClosedException("the engine is closed"), 503),
                Arguments.of(new GenerationFailedException("a row has no finite score", null), 500));
    }

    @Test
    void isAnErrorEventOnceTheStreamHasBegun() {
        given(model.stream(any(Prompt.class)))
                .willReturn(Flux.concat(
                        Flux.just(chunk("Hel")),
                        Flux.error(new GenerationFailedException("a row has no finite score", null))));

        ask().expectStatus().isOk().expectBody(String.class).isEqualTo("""
                        event:chunk
                        data:{"step":0,"text":"Hel","tokens":[{"text":"Hel","accepted":false}]}

                        event:error
                        data:{"type":"Engine failed","message":"a row has no finite score"}

                        """);
    }

    private WebTestClient.ResponseSpec ask() {
        return http.post()
                .uri("/api/chat")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{\"messages\": [{\"role\": \"user\", \"text\": \"hi\"}]}")
                .exchange();
    }

    private static ChatResponse chunk(String text) {
        List<Map<String, Object>> tokens = List.of(Map.of("text", text, "accepted", false));
        var metadata = ChatGenerationMetadata.builder()
                .metadata(TidarMetadata.STEP, 0)
                .metadata(TidarMetadata.TOKENS, tokens)
                .build();
        return new ChatResponse(List.of(new Generation(new AssistantMessage(text), metadata)));
    }
}
