package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import dev.tidar.TidarEngine;
import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.ToolCallAtLimitException;
import dev.tidar.spring.TidarChatModel;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.AssistantMessage.ToolCall;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

/** What becomes of answers that no real model gives on command. */
@DisplayName("A chat completion")
class ChatCompletionsTest {

    private static final String REQUEST = """
            {"model": "any", "messages": [{"role": "user", "content": "a secret"}], "max_completion_tokens": 9%s}""";

    private static final String STREAM = ", \"stream\": true";

    static Stream<Arguments> endsWithAnError() {
        var busy = new EngineBusyException("the queue is full", Duration.ofMillis(1200));
        return Stream.of(
                Arguments.of(
                        new InvalidRequestException("max-tokens must be at most 8, but is 9"),
                        400,
                        "max_completion_tokens",
                        null,
                        "max_completion_tokens must be at most 8, but is 9"),
                Arguments.of(
                        new InvalidRequestException("schema #/a: not is not supported"),
                        400,
                        "response_format",
                        null,
                        "schema #/a: not is not supported"),
                Arguments.of(
                        new InvalidRequestException("the prompt must have at most 3 tokens, but has 4"),
                        400,
                        "messages",
                        "context_length_exceeded",
                        "the prompt must have at most 3 tokens, but has 4"),
                Arguments.of(
                        new ToolCallAtLimitException(
                                "max-tokens = 9",
                                new ToolCallAtLimitException.PartialCall(Optional.empty(), ""),
                                List.of()),
                        400,
                        "max_completion_tokens",
                        "tool_call_at_limit",
                        "the call that tool_choice requires did not end within max_completion_tokens = 9, so none is"
                                + " handed over; raise the limit, or set tool-call-at-limit to hand-over"),
                Arguments.of(busy, 429, null, "engine_busy", "the queue is full"),
                Arguments.of(
                        new EngineClosedException("the engine is closed"),
                        503,
                        null,
                        "engine_closed",
                        "the engine is closed"),
                Arguments.of(
                        new EngineClosedException("the engine is dead: /srv/a-secret/config.json is missing"),
                        503,
                        null,
                        "engine_closed",
                        "the engine is dead"),
                Arguments.of(
                        new InvalidModelException(Fault.INCOMPLETE, "/srv/a-secret/config.json is missing"),
                        500,
                        null,
                        null,
                        "the model could not be loaded, and the server's log says why"),
                Arguments.of(
                        new DeviceException("tidar.a-secret must be at most 1", null),
                        500,
                        null,
                        null,
                        "the device failed or cannot be used, and the server's log says why"),
                Arguments.of(
                        new IllegalStateException("a secret"),
                        500,
                        null,
                        null,
                        "the server failed, and its log says why"));
    }

    @ParameterizedTest
    @MethodSource
    void endsWithAnError(RuntimeException failure, int status, String param, String code, String message) {
        for (String stream : List.of("", STREAM)) {
            Reply reply = answer(stream, EngineState.READY, Flux.error(failure));

            assertThat(reply.status()).isEqualTo(status);
            JsonNode error = TestApi.json(((Reply.Whole) reply).json()).get("error");
            assertThat(error.get("param").asString(null)).isEqualTo(param);
            assertThat(error.get("code").asString(null)).isEqualTo(code);
            assertThat(error.get("message").stringValue()).isEqualTo(message);
        }
    }

    @Test
    void endsWithAnErrorWhateverFailsBeforeTheModelIsAsked() {
        RequestRate broken = caller -> {
            throw new IllegalStateException("a secret");
        };
        Reply reply = new ChatCompletions(new ServedModels(List.of()), broken, Clock.systemUTC())
                .answer(body(""), "")
                .block();

        assertThat(reply.status()).isEqualTo(500);
        assertThat(textOf(reply)).contains("the server failed, and its log says why");
    }

    @Test
    void saysWhenToTryAgain() {
        var busy = new EngineBusyException("the queue is full", Duration.ofMillis(1200));

        assertThat(answer("", EngineState.READY, Flux.error(busy)).headers()).containsEntry("Retry-After", "2");
    }

    @Test
    void isUnavailableWhileTheModelIsBeingLoaded() {
        Reply reply = answer(
                "", EngineState.LOADING, Flux.error(new EngineBusyException("it is loading", Duration.ofSeconds(2))));

        assertThat(reply.status()).isEqualTo(503);
        assertThat(((Reply.Whole) reply).json()).contains("\"code\":\"model_loading\"");
        assertThat(reply.headers()).containsEntry("Retry-After", "2");
    }

    @Test
    void endsWithTheErrorWhereItFailsAfterItsFirstEvent() {
        Reply reply = answer(
                STREAM,
                EngineState.READY,
                Flux.just(said("Once")).concatWith(Flux.error(new EngineClosedException("the engine is closed"))));
        List<String> events = ((Reply.Events) reply).events().collectList().block();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(events).hasSize(3);
        assertThat(events.get(1)).contains("\"content\":\"Once\"");
        assertThat(events.get(2))
                .isEqualTo("data: {\"error\":{\"message\":\"the engine is closed\",\"type\":\"server_error\","
                        + "\"param\":null,\"code\":\"engine_closed\"}}\n\n");
    }

    @Test
    void handsOverOneCallWhereNoMoreAreWanted() {
        ChatResponse last = new ChatResponse(List.of(new Generation(
                AssistantMessage.builder()
                        .content("")
                        .toolCalls(List.of(
                                new ToolCall("1", "function", "a", "{}"), new ToolCall("2", "function", "b", "{}")))
                        .build(),
                ChatGenerationMetadata.builder().finishReason("tool_calls").build())));
        Reply one = answer(", \"parallel_tool_calls\": false", EngineState.READY, Flux.just(last));
        Reply all = answer("", EngineState.READY, Flux.just(last));

        assertThat(calls(one)).extracting(call -> call.get("id").stringValue()).containsExactly("1");
        assertThat(calls(all)).hasSize(2);
    }

    @Test
    void saysThatATimeLimitCutIt() {
        Reply reply = answer("", EngineState.READY, Flux.just(said("Once"), last("deadline")));

        assertThat(TestApi.json(((Reply.Whole) reply).json())
                        .at("/choices/0/finish_reason")
                        .stringValue())
                .isEqualTo("length");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", STREAM})
    void stopsTheModelWhenNobodyWaitsAnyMore(String stream) {
        var cancelled = new AtomicBoolean();
        Flux<ChatResponse> silent = Flux.<ChatResponse>never().doOnCancel(() -> cancelled.set(true));
        completions(EngineState.READY, silent)
                .answer(body(stream), "")
                .subscribe()
                .dispose();

        assertThat(cancelled).isTrue();
    }

    @Test
    void stopsTheModelWhenNobodyReadsItsEventsAnyMore() {
        var cancelled = new AtomicBoolean();
        Flux<ChatResponse> begun =
                Flux.just(said("Once")).concatWith(Flux.never()).doOnCancel(() -> cancelled.set(true));
        Reply reply = answer(STREAM, EngineState.READY, begun);
        ((Reply.Events) reply).events().subscribe().dispose();

        assertThat(cancelled).isTrue();
    }

    /** A resolver of salts reads from it whom the server has authenticated. */
    @ParameterizedTest
    @ValueSource(strings = {"", STREAM})
    void asksTheModelInTheContextOfTheRequest(String stream) {
        Flux<ChatResponse> responses =
                Flux.deferContextual(context -> Flux.just(said(context.get("user")), last("stop")));
        Reply reply = completions(EngineState.READY, responses)
                .answer(body(stream), "")
                .contextWrite(context -> context.put("user", "ann"))
                .block();

        assertThat(textOf(reply)).contains("\"content\":\"ann\"");
    }

    private static String textOf(Reply reply) {
        return reply instanceof Reply.Events stream
                ? String.join("", stream.events().collectList().block())
                : ((Reply.Whole) reply).json();
    }

    private static List<JsonNode> calls(Reply reply) {
        return List.copyOf(TestApi.json(((Reply.Whole) reply).json())
                .at("/choices/0/message/tool_calls")
                .values());
    }

    private static ChatResponse said(String text) {
        return new ChatResponse(List.of(new Generation(new AssistantMessage(text))));
    }

    private static ChatResponse last(String finishReason) {
        return new ChatResponse(List.of(new Generation(
                new AssistantMessage(""),
                ChatGenerationMetadata.builder().finishReason(finishReason).build())));
    }

    private static Reply answer(String options, EngineState state, Flux<ChatResponse> responses) {
        return completions(state, responses).answer(body(options), "").block();
    }

    private static byte[] body(String options) {
        return REQUEST.formatted(options).getBytes(StandardCharsets.UTF_8);
    }

    private static ChatCompletions completions(EngineState state, Flux<ChatResponse> responses) {
        EngineStatus status = mock(EngineStatus.class);
        given(status.state()).willReturn(state);
        given(status.name()).willReturn("any");
        given(status.loaded()).willReturn(Optional.empty());
        TidarEngine engine = mock(TidarEngine.class);
        given(engine.status()).willReturn(status);
        TidarChatModel model = new TidarChatModel(engine) {
            @Override
            public Flux<ChatResponse> stream(Prompt prompt) {
                return responses;
            }
        };
        return new ChatCompletions(
                new ServedModels(List.of(new ServedModel(model, Instant.EPOCH))),
                RequestRate.UNLIMITED,
                Clock.systemUTC());
    }
}
