package dev.tidar.routing.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tidar.api.Tools;
import dev.tidar.routing.FailureKind;
import dev.tidar.routing.NodeFailure;
import dev.tidar.routing.RoutedRequest;
import dev.tidar.routing.remote.MisbehavingServer.Answer;
import dev.tidar.spring.TidarChatOptions;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("A server that misbehaves")
class RemoteNodeTest {

    private static final String SECRET = "sk-a-secret-of-this-node";
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(500);

    private final MisbehavingServer server = new MisbehavingServer();

    /** The classes of the clients take longer to load than the times of these tests. */
    @BeforeAll
    static void answerOnce() {
        try (var healthy = new MisbehavingServer()
                .answers(c -> three(c).finish().usage().done().end())) {
            node(healthy.url(), LONG, LONG, LONG).stream(request()).blockLast();
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    static Stream<Arguments> answersBeforeAnyToken() {
        return Stream.of(
                before("429", FailureKind.BUSY, c -> c.status("429 Too Many Requests", "Retry-After: 7\r\n", "{}")),
                before("503", FailureKind.UNAVAILABLE, c -> c.status("503 Unavailable", "", error("engine_closed"))),
                before("502", FailureKind.UNAVAILABLE, c -> c.status("502 Bad Gateway", "", "<html>")),
                before("504", FailureKind.UNAVAILABLE, c -> c.status("504 Timeout", "", "")),
                before("500", FailureKind.FAILED, c -> c.status("500 Error", "", error("server_error"))),
                before(
                        "400",
                        FailureKind.REJECTED,
                        c -> c.status("400 Bad Request", "", error("context_length_exceeded"))),
                before("401", FailureKind.MISCONFIGURED, c -> c.status("401 No", "", error("invalid_api_key"))),
                before("404", FailureKind.MISCONFIGURED, c -> c.status("404 No", "", error("model_not_found"))),
                before(
                        "a redirect",
                        FailureKind.MISCONFIGURED,
                        c -> c.status("307 Elsewhere", "Location: /other\r\n", "")),
                before("a page", FailureKind.GARBLED, c -> c.status("200 OK", "Content-Type: text/html\r\n", "<html>")),
                before(
                        "a page as an error",
                        FailureKind.FAILED,
                        c -> c.status("500 Error", "", "<html>" + "x".repeat(200_000))),
                before(
                        "wrong JSON",
                        FailureKind.GARBLED,
                        c -> c.stream().event("{\"choices\": [{\"ind").end()),
                before(
                        "other JSON",
                        FailureKind.GARBLED,
                        c -> c.stream().event("[1, 2]").done().end()),
                before("nothing", FailureKind.GARBLED, c -> c.stream().end()),
                before(
                        "only a role",
                        FailureKind.GARBLED,
                        c -> c.stream().role().done().end()),
                before(
                        "an error event",
                        FailureKind.FAILED,
                        c -> c.stream().event(error("server_error")).end()),
                before("a closed connection", FailureKind.UNREACHABLE, c -> {}),
                before("a cut head", FailureKind.UNREACHABLE, c -> c.send("HTTP/1.1 200 O")),
                before(
                        "a line of 10 MB",
                        FailureKind.GARBLED,
                        c -> c.stream().chunk("data: " + "x".repeat(10_000_000))));
    }

    private static Arguments before(String name, FailureKind kind, Answer answer) {
        return Arguments.of(name, kind, answer);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answersBeforeAnyToken")
    void failsInItsOwnWayBeforeTheFirstToken(String name, FailureKind kind, Answer answer) {
        server.answers(answer);
        List<ChatResponse> came = new ArrayList<>();

        NodeFailure failure = failure(node(LONG, LONG, LONG).stream(request()).doOnNext(came::add));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessageNotContaining(SECRET).hasMessageNotContaining("Once");
        assertThat(came).isEmpty();
        assertThat(server.received()).as("sent once").hasSize(1);
    }

    static Stream<Arguments> answersAfterSomeTokens() {
        return Stream.of(
                before(
                        "a cut chunk",
                        FailureKind.UNREACHABLE,
                        c -> three(c).untilHeard().send("40\r\ndata: {\"id\"")),
                before("a closed connection", FailureKind.UNREACHABLE, c -> three(c).untilHeard()),
                before(
                        "no finish reason",
                        FailureKind.GARBLED,
                        c -> three(c).untilHeard().done().end()),
                before(
                        "wrong JSON",
                        FailureKind.GARBLED,
                        c -> three(c).untilHeard().event("{").end()),
                before(
                        "an error event",
                        FailureKind.FAILED,
                        c -> three(c).untilHeard().event(error("server_error")).end()),
                before(
                        "a line of 10 MB",
                        FailureKind.GARBLED,
                        c -> three(c).untilHeard().chunk("x".repeat(10_000_000))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answersAfterSomeTokens")
    void failsInItsOwnWayAfterSomeTokens(String name, FailureKind kind, Answer answer) {
        server.answers(answer);
        List<ChatResponse> came = new ArrayList<>();

        NodeFailure failure = failure(node(LONG, LONG, LONG).stream(request()).doOnNext(chunk -> {
            came.add(chunk);
            if (came.size() == 3) {
                server.clientHasHeard();
            }
        }));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(text(came)).isEqualTo("one two three");
    }

    @Test
    void isGivenUpIfItsFirstTokenDoesNotComeInTime() {
        server.answers(MisbehavingServer.Connection::hang);

        assertThat(failure(node(SHORT, LONG, LONG).stream(request())))
                .hasMessageContaining("first-token")
                .extracting(NodeFailure::kind)
                .isEqualTo(FailureKind.SLOW);
        await().until(() -> server.numLeft() == 1);
    }

    @Test
    void hasNotBegunAnAnswerWithARole() {
        server.answers(c -> c.stream().role().hang());

        assertThat(failure(node(SHORT, LONG, LONG).stream(request()))).hasMessageContaining("first-token");
        await().until(() -> server.numLeft() == 1);
    }

    @Test
    void isGivenUpIfTheNextTokenDoesNotComeInTime() {
        server.answers(c -> three(c).hang());

        assertThat(failure(node(LONG, SHORT, LONG).stream(request())))
                .hasMessageContaining("between-tokens")
                .extracting(NodeFailure::kind)
                .isEqualTo(FailureKind.SLOW);
        await().until(() -> server.numLeft() == 1);
    }

    @Test
    void isGivenUpIfItsAnswerDoesNotEndInTime() {
        server.answers(c -> three(c).hang());

        assertThat(failure(node(LONG, LONG, SHORT).stream(request())).kind()).isEqualTo(FailureKind.LATE);
        await().until(() -> server.numLeft() == 1);
    }

    @Test
    void isGivenUpAfterTheTimeThatTheRequestHas() {
        server.answers(c -> three(c).hang());

        assertThat(failure(node(LONG, LONG, LONG).stream(request(
                                TidarChatOptions.builder().timeout(SHORT).build())))
                        .kind())
                .isEqualTo(FailureKind.LATE);
    }

    @Test
    void hearsOfACancelWhileItHasNotAnsweredYet() {
        server.answers(MisbehavingServer.Connection::hang);
        Disposable answer = node(LONG, LONG, LONG).stream(request()).subscribe();
        await().until(() -> server.received().size() == 1);
        answer.dispose();

        await().until(() -> server.numLeft() == 1);
    }

    @Test
    void hearsOfACancelInTheMiddleOfAnAnswer() {
        server.answers(c -> three(c).hang());
        List<ChatResponse> came = new ArrayList<>();
        Disposable answer = node(LONG, LONG, LONG).stream(request()).subscribe(came::add);
        await().until(() -> came.size() == 3);
        answer.dispose();

        await().until(() -> server.numLeft() == 1);
    }

    @Test
    void isNotReachedWhereNobodyListens() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        RemoteNode node = node(URI.create("http://127.0.0.1:" + port + "/v1"), LONG, LONG, LONG);

        assertThat(failure(node.stream(request())).kind()).isEqualTo(FailureKind.UNREACHABLE);
    }

    @Test
    void saysWhenToAskItAgain() {
        server.answers(c -> c.status("429 Too Many Requests", "Retry-After: 7\r\n", "{}"));

        assertThat(failure(node(LONG, LONG, LONG).stream(request())).retryAfter())
                .contains(Duration.ofSeconds(7));
    }

    @Test
    void isToldOffWithTheNameOfTheFieldAndNothingElseOfItsAnswer() {
        server.answers(c -> c.status("400 Bad Request", "", """
                {"error": {"message": "Once upon a time is too long", "param": "messages", "code": "context_length_exceeded"}}"""));

        assertThat(failure(node(LONG, LONG, LONG).stream(request())))
                .hasMessage("it answered with status 400 (context_length_exceeded, messages)")
                .hasNoCause();
    }

    static Stream<Arguments> ends() {
        return Stream.of(
                Arguments.of("as it should", (Answer)
                        c -> three(c).finish().usage().done().end()),
                Arguments.of("without [DONE]", (Answer)
                        c -> three(c).finish().usage().end()),
                Arguments.of("with a second finish reason", (Answer)
                        c -> three(c).finish().finish().usage().done().end()),
                Arguments.of("with text after the finish reason", (Answer)
                        c -> three(c).finish().token("more").usage().done().end()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ends")
    void givesAnAnswerThatEndsOnce(String name, Answer answer) {
        server.answers(answer);
        List<ChatResponse> came = Objects.requireNonNull(
                node(LONG, LONG, LONG).stream(request()).collectList().block());

        assertThat(text(came)).isEqualTo("one two three");
        assertThat(came.stream().map(RemoteNodeTest::finishReason).flatMap(Optional::stream))
                .containsExactly("STOP");
        assertThat(came.get(came.size() - 1).getMetadata().getUsage().getTotalTokens())
                .isEqualTo(8);
    }

    @Test
    void takesNothingFromAnAnswerThatHasEndedIfItBreaksThen() {
        server.answers(c -> three(c).finish().untilHeard().send("40\r\ndata: {"));

        List<ChatResponse> came = Objects.requireNonNull(node(LONG, LONG, LONG).stream(request())
                .doOnNext(chunk -> finishReason(chunk).ifPresent(end -> server.clientHasHeard()))
                .collectList()
                .block());

        assertThat(text(came)).isEqualTo("one two three");
    }

    @Test
    void isSentWhatTheRequestSaysAndItsKeyAlone() {
        server.answers(c -> three(c).finish().done().end());
        TidarChatOptions options = TidarChatOptions.builder()
                .temperature(0.0)
                .topK(5)
                .minP(0.1)
                .seed(1L << 40)
                .maxTokens(20)
                .stopSequences(List.of("end"))
                .logitBias(Map.of(7, -1.5))
                .thinking(false)
                .toolChoice(Tools.Choice.NONE)
                .outputSchema("{\"type\": \"integer\"}")
                .build();
        node(LONG, LONG, LONG).stream(request(options)).blockLast();

        JsonNode body = JsonMapper.shared().readTree(server.received().get(0).body());
        assertThat(body.at("/model").asString()).isEqualTo("the-model");
        assertThat(body.at("/messages/0/content").asString()).isEqualTo("Once upon a time");
        assertThat(body.at("/temperature").asDouble()).isZero();
        assertThat(body.at("/top_k").asInt()).isEqualTo(5);
        assertThat(body.at("/min_p").asDouble()).isEqualTo(0.1);
        assertThat(body.at("/seed").asLong()).isEqualTo(1L << 40);
        assertThat(body.at("/max_tokens").asInt()).isEqualTo(20);
        assertThat(body.at("/stop").asString()).isEqualTo("end");
        assertThat(body.at("/logit_bias/7").asDouble()).isEqualTo(-1.5);
        assertThat(body.at("/chat_template_kwargs/enable_thinking").asBoolean()).isFalse();
        assertThat(body.at("/tool_choice").asString()).isEqualTo("none");
        assertThat(body.at("/response_format/json_schema/schema/type").asString())
                .isEqualTo("integer");
        assertThat(body.at("/stream").asBoolean()).isTrue();
        assertThat(server.received().get(0).head().lines().filter(line -> line.contains(SECRET)))
                .containsExactly("Authorization: Bearer " + SECRET);
        assertThat(server.received().get(0).head())
                .startsWith("POST /v1/chat/completions ")
                .contains("X-Request-Id: ");
    }

    private static MisbehavingServer.Connection three(MisbehavingServer.Connection connection) throws IOException {
        return connection.stream().role().token("one ").token("two ").token("three");
    }

    private static String error(String code) {
        return "{\"error\": {\"message\": \"Once upon a time\", \"code\": \"%s\"}}".formatted(code);
    }

    private RemoteNode node(Duration firstToken, Duration betweenTokens, Duration total) {
        return node(server.url(), firstToken, betweenTokens, total);
    }

    private static RemoteNode node(URI url, Duration firstToken, Duration betweenTokens, Duration total) {
        return new RemoteNode(
                "remote",
                new RemoteAddress(url, Optional.of(SECRET)),
                "the-model",
                Set.of(),
                Dialect.TIDAR,
                new RemoteTimeouts(LONG, firstToken, betweenTokens, total),
                ObservationRegistry.NOOP);
    }

    private static RoutedRequest request() {
        return request(TidarChatOptions.builder().build());
    }

    private static RoutedRequest request(TidarChatOptions options) {
        return new RoutedRequest(new Prompt("Once upon a time", options), options, Optional.empty());
    }

    private static NodeFailure failure(Flux<ChatResponse> answer) {
        return catchThrowableOfType(NodeFailure.class, answer::blockLast);
    }

    private static Optional<String> finishReason(ChatResponse chunk) {
        return Optional.ofNullable(chunk.getResult())
                .map(generation -> generation.getMetadata().getFinishReason());
    }

    private static String text(List<ChatResponse> chunks) {
        return chunks.stream()
                .flatMap(chunk -> Optional.ofNullable(chunk.getResult()).stream())
                .map(generation -> generation.getOutput().getText())
                .filter(Objects::nonNull)
                .collect(Collectors.joining());
    }
}
