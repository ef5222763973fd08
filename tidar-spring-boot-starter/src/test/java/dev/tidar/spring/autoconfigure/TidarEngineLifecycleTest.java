package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import dev.tidar.api.Durations;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;

/** Rows of the list of bad inputs about contexts that end or start again (F100, F101), on the real engine. */
@DisplayName("An engine")
class TidarEngineLifecycleTest {

    private static Path folder;

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(TidarEngineAutoConfiguration.class, TidarChatAutoConfiguration.class))
            .withPropertyValues("tidar.model=" + folder, "tidar.threads=1");

    @BeforeAll
    static void model(@TempDir Path directory) {
        folder = StoriesModel.in(directory);
    }

    @Nested
    class WhoseContextCloses {

        @Test
        @DisplayName("F100: lets the requests that run come to their end")
        void letsRequestsEnd() {
            var answer = new CompletableFuture<ChatResponse>();
            var engine = new TidarEngine[1];

            application.run(context -> {
                engine[0] = context.getBean(TidarEngine.class);
                begin(context, 30, answer);
            });

            assertThat(whole(answer)).isEqualTo("length");
            assertThat(engine[0].status().state()).isEqualTo(EngineState.DEAD);
        }

        @Test
        @DisplayName("F100: ends the requests that still run after the drain time, with an error")
        void endsTheRest() {
            var answer = new CompletableFuture<ChatResponse>();

            application.withPropertyValues("tidar.shutdown.drain-time=1ms").run(context -> begin(context, 400, answer));

            assertThat(answer)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(EngineClosedException.class);
        }

        @Test
        @DisplayName("F101: does not touch the engine of a context that takes its place meanwhile")
        void leavesItsSuccessorAlone() {
            var old = new CompletableFuture<ChatResponse>();
            var next = new CompletableFuture<ChatResponse>();

            application.run(first -> {
                begin(first, 30, old);
                application.run(second -> {
                    first.close();
                    begin(second, 5, next);
                });
            });

            assertThat(whole(old)).isEqualTo("length");
            assertThat(whole(next)).isEqualTo("length");
        }
    }

    @Nested
    class WhoseContextLives {

        @Test
        @DisplayName("F101: goes on, and keeps its requests, when the context is stopped and started again")
        void outlivesARestart() {
            var answer = new CompletableFuture<ChatResponse>();

            application.run(context -> {
                begin(context, 30, answer);

                context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                        .stop();
                context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                        .start();

                assertThat(context.getBean(TidarEngine.class).status().state()).isEqualTo(EngineState.READY);
                assertThat(context.getBean(TidarChatModel.class).call("Once")).isNotNull();
            });

            assertThat(whole(answer)).isEqualTo("length");
        }

        @Test
        void isDrainedInTheEndAlsoAfterAStop() {
            var answer = new CompletableFuture<ChatResponse>();

            application.run(context -> {
                begin(context, 30, answer);
                context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                        .stop();
            });

            assertThat(whole(answer)).isEqualTo("length");
        }

        @Test
        void goesOnWhenAChildContextCloses() {
            application.run(context -> {
                var child = new GenericApplicationContext(context.getSourceApplicationContext());
                child.refresh();
                child.close();

                context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                        .stop();

                assertThat(context.getBean(TidarEngine.class).status().state()).isEqualTo(EngineState.READY);
            });
        }

        @Test
        void isNotPausedWithIt() {
            application.run(context -> {
                var lifecycle = context.getBean(TidarEngineLifecycle.class);

                assertThat(lifecycle.isRunning()).isTrue();
                assertThat(lifecycle.isPauseable()).isFalse();
            });
        }
    }

    @Nested
    class WhoseWebServerWaitsForItsStreams {

        @Test
        void endsThemAtTheDeadlineSoThatTheServerCanSendAnErrorAndStop() {
            var answer = new CompletableFuture<ChatResponse>();
            var server = new WaitingServer(() -> answer.handle((response, failure) -> true));

            application
                    .withPropertyValues("tidar.shutdown.drain-time=50ms")
                    .withBean(WaitingServer.class, () -> server)
                    .run(context -> {
                        server.engine = context.getBean(TidarEngineLifecycle.class);
                        begin(context, 400, answer);
                    });

            assertThat(answer)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(EngineClosedException.class);
            assertThat(server.stoppedBeforeTheEngine).isTrue();
        }

        @Test
        void servesTheFurtherRequestsOfAnAnswerThatCallsTools() {
            var further = new CompletableFuture<ChatResponse>();
            var server = new WaitingServer(() -> further);

            application.withBean(WaitingServer.class, () -> server).run(context -> {
                server.engine = context.getBean(TidarEngineLifecycle.class);
                server.atStop = () -> begin(context, 5, further);
            });

            assertThat(whole(further)).isEqualTo("length");
        }

        @Test
        void doesNotWaitForASecondTimeAfterTheServer() {
            var answer = new CompletableFuture<ChatResponse>();
            var server = new WaitingServer(() -> CompletableFuture.completedFuture(true));

            application
                    .withPropertyValues("tidar.shutdown.drain-time=50ms")
                    .withBean(WaitingServer.class, () -> server)
                    .run(context -> {
                        server.engine = context.getBean(TidarEngineLifecycle.class);
                        begin(context, 400, answer);
                        server.atStop = () -> await().until(answer::isDone);
                    });

            assertThat(server.stoppedBeforeTheEngine).isTrue();
            assertThat(answer).isCompletedExceptionally();
        }

        /** As a web server that shuts down gracefully: its phase ends when its streams have ended. */
        private static final class WaitingServer implements SmartLifecycle {

            private final Supplier<CompletableFuture<?>> streams;
            private volatile Runnable atStop = () -> {};
            private volatile boolean running;
            private volatile boolean stoppedBeforeTheEngine;
            private volatile TidarEngineLifecycle engine;

            private WaitingServer(Supplier<CompletableFuture<?>> streams) {
                this.streams = streams;
            }

            @Override
            public void start() {
                running = true;
            }

            @Override
            public void stop() {
                running = false;
            }

            @Override
            public void stop(Runnable callback) {
                atStop.run();
                streams.get().whenComplete((ended, failure) -> {
                    stoppedBeforeTheEngine = engine.isRunning();
                    running = false;
                    callback.run();
                });
            }

            @Override
            public boolean isRunning() {
                return running;
            }

            @Override
            public int getPhase() {
                return SmartLifecycle.DEFAULT_PHASE - 1024;
            }
        }
    }

    /** One that is not drained yet takes further requests. */
    @Test
    void isDrainedTogetherWithTheOthersOfItsApplication() {
        var begun = new CountDownLatch(2);
        var together = new AtomicInteger();
        var waitingForTheOther = new EndingEngine() {
            @Override
            public Optional<TidarEngine> present() {
                return Optional.empty();
            }

            @Override
            public boolean drain(Duration limit) throws InterruptedException {
                begun.countDown();
                if (begun.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    together.incrementAndGet();
                }
                return true;
            }

            @Override
            public void close() {}
        };
        var context = new GenericApplicationContext();
        var lifecycle =
                new TidarEngineLifecycle(() -> List.of(waitingForTheOther, waitingForTheOther), Duration.ofSeconds(5));
        lifecycle.setApplicationContext(context);
        lifecycle.onApplicationEvent(new ContextClosedEvent(context));

        lifecycle.stop();

        assertThat(together).hasValue(2);
    }

    @Test
    void isStoppedAfterTheWebServer() {
        int webServer = SmartLifecycle.DEFAULT_PHASE - 2048;

        assertThat(TidarEngineLifecycle.PHASE).isLessThan(webServer);
    }

    @ParameterizedTest
    @CsvSource({", 30s, 27s", "5s, 30s, 5s", "2m, 30s, 27s", ", 100ms, 90ms"})
    void drainsNoLongerThanSpringWaitsForAPhase(String asked, String phase, String drainTime) {
        assertThat(TidarEngineLifecycle.drainTime(
                        asked == null ? null : DurationStyle.detectAndParse(asked),
                        DurationStyle.detectAndParse(phase)))
                .isEqualTo(DurationStyle.detectAndParse(drainTime));
    }

    @Test
    void drainsForAsLongAsCanBeCountedWhereThePhaseHasNoEnd() {
        Duration forever = ChronoUnit.FOREVER.getDuration();

        assertThat(TidarEngineLifecycle.drainTime(null, forever)).isEqualTo(Durations.saturated(forever));
        assertThat(TidarEngineLifecycle.drainTime(forever, Duration.ofSeconds(30)))
                .isEqualTo(Duration.ofSeconds(27));
    }

    @Test
    void isDrainedForAsLongAsThePhaseOfTheApplicationAllows() {
        application
                .withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class))
                .withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=20s")
                .run(context -> assertThat(
                                context.getBean(TidarEngineLifecycle.class).drainTime())
                        .isEqualTo(Duration.ofSeconds(18)));
    }

    /** The finish reason; the last chunk may still be on its way to the subscriber when the engine has ended. */
    private static String whole(CompletableFuture<ChatResponse> answer) {
        assertThat(answer).succeedsWithin(Duration.ofSeconds(10));
        return answer.join().getResult().getMetadata().getFinishReason();
    }

    /** Streams an answer of so many tokens; its last chunk completes the future. Returns once it runs. */
    private static void begin(ApplicationContext context, int tokens, CompletableFuture<ChatResponse> answer) {
        context.getBean(TidarChatModel.class).stream(new Prompt("Once upon a time", StoriesModel.slow(tokens)))
                .last()
                .subscribe(answer::complete, answer::completeExceptionally);
        await().until(() -> context.getBean(TidarEngine.class).status().running() == 1 || answer.isDone());
    }
}
