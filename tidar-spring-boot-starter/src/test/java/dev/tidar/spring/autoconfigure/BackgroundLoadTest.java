package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tidar.TidarEngine;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarHealthIndicator;
import dev.tidar.spring.TidarMeterBinder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.test.StepVerifier;

/** Loading is held where it logs its first stage, on the engine's own thread. */
@DisplayName("A model that is loaded in the background")
class BackgroundLoadTest {

    private static final Prompt OPENING = new Prompt("Once upon a time");

    private final HeldLoad loading = new HeldLoad();
    private final ListAppender<ILoggingEvent> failures = new ListAppender<>();

    private Path folder;
    private ApplicationContextRunner application;

    @BeforeEach
    void listen(@TempDir Path directory) {
        folder = StoriesModel.in(directory);
        failures.start();
        logger(LoadFailureLog.class).addAppender(failures);
        application = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TidarEngineAutoConfiguration.class,
                        TidarChatAutoConfiguration.class,
                        TidarHealthContributorAutoConfiguration.class,
                        TidarMetricsAutoConfiguration.class))
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withPropertyValues("tidar.model=" + folder, "tidar.threads=1", "tidar.load-mode=background");
    }

    @AfterEach
    void stopListening() {
        loading.close();
        logger(LoadFailureLog.class).detachAppender(failures);
    }

    @Test
    void letsTheApplicationStartAndRejectsRequestsUntilItIsReady() {
        application.run(context -> {
            var model = context.getBean(TidarChatModel.class);
            assertThat(context.getBean(TidarEngine.class).status().state()).isEqualTo(EngineState.LOADING);

            assertThatThrownBy(() -> model.call(OPENING))
                    .isInstanceOfSatisfying(
                            EngineBusyException.class,
                            busy -> assertThat(busy.retryAfter()).isPresent());
            StepVerifier.create(model.stream(OPENING))
                    .expectError(EngineBusyException.class)
                    .verify();

            loading.goOn();
            await().until(() -> context.getBean(TidarEngine.class).status().state() == EngineState.READY);
            assertThat(model.call(OPENING).getMetadata().getModel()).isEqualTo(StoriesModel.NAME);
            assertThat(failures.list).isEmpty();
        });
    }

    @Test
    void isOutOfServiceForHealthAndBoundToMetersMeanwhile() {
        application.run(context -> {
            var health = context.getBean(TidarHealthIndicator.class);
            assertThat(health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health.health().getDetails())
                    .containsEntry("loading", "reading the checkpoint")
                    .containsEntry("loadingPercent", 0L);
            context.getBean(TidarMeterBinder.class).bindTo(context.getBean(MeterRegistry.class));
            assertThat(loadingGauge(context.getBean(MeterRegistry.class))).isEqualTo(1);

            loading.goOn();
            await().until(() -> health.health().getStatus().equals(Status.UP));
            await().until(() -> loadingGauge(context.getBean(MeterRegistry.class)) == 0); // it may be a little old
        });
    }

    @Test
    void isDeadAndDownWhenItCannotBeLoadedAndSaysSoOnceWithAdvice() throws IOException {
        Files.writeString(folder.resolve("model.safetensors"), """
                version https://git-lfs.github.com/spec/v1
                oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
                size 1045248
                """);
        loading.goOn();

        application.run(context -> {
            var health = context.getBean(TidarHealthIndicator.class);
            await().until(() -> health.health().getStatus().equals(Status.DOWN));

            assertThat(health.health().getDetails().get("failure").toString()).contains("model.safetensors");
            assertThatThrownBy(() -> context.getBean(TidarChatModel.class).call(OPENING))
                    .isInstanceOf(EngineClosedException.class)
                    .hasMessageContaining("model.safetensors");
            await().until(() -> failures.list.size() == 1);
        });

        assertThat(failures.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getFormattedMessage()).contains("tidar.model=" + folder, "run git lfs pull");
        });
    }

    @Test
    void stillFailsTheStartWhenThereIsNoSuchFolderOnTheClassPath() {
        application
                .withPropertyValues("tidar.model=classpath:nowhere")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("classpath:nowhere"));
    }

    @Test
    void endsWithAContextThatClosesBeforeItIsLoaded() throws InterruptedException {
        var engine = new CompletableFuture<TidarEngine>();
        var closer = new Thread(() -> application.run(context -> engine.complete(context.getBean(TidarEngine.class))));
        closer.start();
        await().until(() -> engine.join().status().state() == EngineState.DRAINING);

        loading.goOn();
        closer.join();

        assertThat(engine.join().status().state()).isEqualTo(EngineState.DEAD);
        assertThat(engine.join().status().failure()).isEmpty();
        assertThat(engine.join().status().loaded())
                .as("it is loaded no further than to the end of the stage")
                .isEmpty();
        assertThat(failures.list).isEmpty();
    }

    private static double loadingGauge(MeterRegistry registry) {
        return registry.get("tidar.engine.state")
                .tag("state", "loading")
                .gauge()
                .value();
    }

    private static Logger logger(Class<?> type) {
        return (Logger) LoggerFactory.getLogger(type);
    }
}
