package dev.tidar.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.routing.autoconfigure.RoutingAutoConfiguration;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarChatOptions;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Flux;

/** Two real instances on this machine, in processes of their own, and the model that they serve inside this JVM. */
@DisplayName("Two instances")
class TwoInstancesTest {

    private static final int STREAMS = 64;

    @TempDir
    static Path directory;

    private static Map<String, ServedInstance> instances = Map.of();
    private static TidarEngine engine;
    private static TidarChatModel local;

    @BeforeAll
    static void start() {
        Path model = StoriesModel.in(directory, 4096);
        instances = Map.of("a", new ServedInstance(model), "b", new ServedInstance(model));
        engine = TidarEngine.load(EngineOptions.builder(model).threads(1).build());
        local = new TidarChatModel(engine);
    }

    @AfterAll
    static void stop() {
        instances.values().forEach(ServedInstance::close);
        engine.close();
    }

    @BeforeEach
    void awaitInstances() {
        instances.values().forEach(ServedInstance::awaitRunning);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void answerByteForByteAsTheModelInsideThisJvm(String node) {
        run(model -> {
            for (String text : List.of("Once upon a time", "The dog and the cat", "Lily said: “grüß Gott”")) {
                String expected = text(local.call(prompt(text, 60, null)));
                ChatResponse answer = model.call(prompt(text, 60, node));

                assertThat(text(answer)).isEqualTo(expected);
                assertThat(answer.getMetadata().<String>get(RoutingMetadata.NODE))
                        .isEqualTo(node);
                assertThat(answer.getMetadata().getUsage().getCompletionTokens())
                        .isEqualTo(60);
                assertThat(text(model.stream(prompt(text, 60, node)))).isEqualTo(expected);
            }
        });
    }

    @Test
    void endAnAnswerOnceAndBeginNoOtherWhereOneIsKilledInTheMiddle() {
        Prompt prompt = prompt("Once upon a time", 1200, null);
        String whole = text(local.call(prompt));
        run(model -> {
            AtomicReference<String> asked = new AtomicReference<>();
            StringBuilder came = new StringBuilder();
            NodeFailedException failure = catchThrowableOfType(
                    NodeFailedException.class,
                    () -> model.stream(prompt)
                            .doOnNext(chunk -> came.append(text(chunk)))
                            .doOnNext(chunk -> {
                                if (asked.getAndSet(node(chunk)) == null) {
                                    instances.get(node(chunk)).kill();
                                }
                            })
                            .blockLast());

            assertThat(failure.node()).isEqualTo(asked.get());
            assertThat(failure.kind()).isEqualTo(FailureKind.UNREACHABLE);
            assertThat(failure.partialText()).isEqualTo(came.toString()).isNotEmpty();
            assertThat(whole).startsWith(failure.partialText()).isNotEqualTo(failure.partialText());
            assertThat(guarded(model, other(asked.get())).counts().numFinished())
                    .isZero();

            assertThat(node(model.call(prompt("Once upon a time", 5, null)))).isEqualTo(other(asked.get()));
            assertThat(guarded(model, asked.get()).breaker()).isNotEqualTo(CircuitBreaker.State.CLOSED);

            instances.get(asked.get()).awaitRunning();
            await().until(() ->
                    node(model.call(prompt("Once upon a time", 5, null))).equals(asked.get()));
            assertThat(guarded(model, asked.get()).breaker()).isEqualTo(CircuitBreaker.State.CLOSED);
        });
    }

    @Test
    void letAnAnswerEndAndTakeNoOtherWhereOneIsTerminated() {
        Prompt prompt = prompt("Once upon a time", 1200, null);
        String whole = text(local.call(prompt));
        run(model -> {
            AtomicReference<String> asked = new AtomicReference<>();
            var begun = new CountDownLatch(1);
            var answer = model.stream(prompt)
                    .doOnNext(chunk -> {
                        if (asked.getAndSet(node(chunk)) == null) {
                            instances.get(node(chunk)).terminate();
                            begun.countDown();
                        }
                    })
                    .map(TwoInstancesTest::text)
                    .reduce(String::concat)
                    .toFuture();
            awaitUninterrupted(begun);
            for (int i = 0; i < 4; i++) {
                assertThat(text(model.call(prompt("Once upon a time", 5, null))))
                        .isNotBlank();
            }

            assertThat(answer.join()).isEqualTo(whole);
            instances.get(asked.get()).process().onExit().join();
            assertThat(node(model.call(prompt("Once upon a time", 5, null)))).isEqualTo(other(asked.get()));
        });
    }

    @Test
    void endEachOfManyStreamsOnceWhereOneIsKilled() {
        Prompt prompt = prompt("Once upon a time", 60, null);
        String whole = text(local.call(prompt));
        run(model -> {
            var all = new CountDownLatch(STREAMS);
            var killed = new AtomicBoolean();
            List<OneStream> streams =
                    IntStream.range(0, STREAMS).mapToObj(i -> new OneStream()).toList();
            streams.forEach(stream -> stream.subscribe(
                    model.stream(prompt).doOnNext(chunk -> {
                        if (node(chunk).equals("a") && !killed.getAndSet(true)) {
                            instances.get("a").kill();
                        }
                    }),
                    all));
            awaitUninterrupted(all);

            assertThat(streams).allSatisfy(stream -> stream.hasEndedOnce(whole));
            assertThat(streams).anyMatch(stream -> stream.failure.get() != null);
            assertThat(streams.stream().filter(stream -> stream.failure.get() == null))
                    .hasSizeGreaterThanOrEqualTo(STREAMS / 2);
            assertThat(guarded(model, "b").counts().numFinished())
                    .isEqualTo(streams.stream()
                                    .filter(stream -> stream.failure.get() == null)
                                    .count()
                            - guarded(model, "a").counts().numFinished());
            assertThat(model.router().nodes()).allMatch(node -> node.inFlight() == 0);
        });
    }

    /** What comes of one subscription. */
    private static final class OneStream {
        private final StringBuffer text = new StringBuffer();
        private final AtomicInteger ends = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        void subscribe(Flux<ChatResponse> answer, CountDownLatch all) {
            answer.subscribe(
                    chunk -> text.append(text(chunk)),
                    thrown -> {
                        failure.set(thrown);
                        ends.incrementAndGet();
                        all.countDown();
                    },
                    () -> {
                        ends.incrementAndGet();
                        all.countDown();
                    });
        }

        void hasEndedOnce(String whole) {
            assertThat(ends).hasValue(1);
            if (failure.get() == null) {
                assertThat(text.toString()).isEqualTo(whole);
            } else {
                assertThat(failure.get()).isInstanceOfSatisfying(NodeFailedException.class, failed -> {
                    assertThat(failed.node()).isEqualTo("a");
                    assertThat(failed.partialText()).isEqualTo(text.toString()).isNotEmpty();
                });
                assertThat(whole).startsWith(text.toString());
            }
        }
    }

    private static void run(Consumer<RoutingChatModel> test) {
        List<String> properties = new ArrayList<>(List.of(
                "spring.ai.model.chat=none",
                "tidar.routing.enabled=true",
                "tidar.routing.rule=least-busy",
                "tidar.routing.breaker.min-requests=1",
                "tidar.routing.breaker.window=1",
                "tidar.routing.breaker.open-time=500ms"));
        instances.forEach((name, instance) -> {
            properties.add("tidar.routing.nodes.%s.base-url=%s".formatted(name, instance.url()));
            properties.add("tidar.routing.nodes.%s.model=%s".formatted(name, StoriesModel.NAME));
        });
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(RoutingAutoConfiguration.class))
                .withPropertyValues(properties.toArray(String[]::new))
                .run(context -> test.accept(context.getBean(RoutingChatModel.class)));
    }

    /** A greedy request whose answer has as many tokens as it may have. */
    private static Prompt prompt(String text, int tokens, String node) {
        return new Prompt(
                text,
                TidarChatOptions.builder()
                        .model(node)
                        .temperature(0.0)
                        .maxTokens(tokens)
                        .ignoreEos(true)
                        .timeout(Duration.ofMinutes(2))
                        .build());
    }

    private static GuardedNode guarded(RoutingChatModel model, String name) {
        return model.router().nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String other(String node) {
        return node.equals("a") ? "b" : "a";
    }

    private static String node(ChatResponse response) {
        return Objects.requireNonNull(response.getMetadata().get(RoutingMetadata.NODE));
    }

    private static String text(Flux<ChatResponse> chunks) {
        return Objects.requireNonNull(
                chunks.map(TwoInstancesTest::text).reduce(String::concat).block());
    }

    private static String text(ChatResponse response) {
        return response.getResult() == null
                ? ""
                : Objects.requireNonNullElse(response.getResult().getOutput().getText(), "");
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
