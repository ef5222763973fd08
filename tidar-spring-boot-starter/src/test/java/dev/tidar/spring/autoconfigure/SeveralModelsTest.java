package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tidar.TidarEngine;
import dev.tidar.api.EngineState;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.spring.OnDemandEngine;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarChatOptions;
import dev.tidar.spring.TidarEndpoint;
import dev.tidar.spring.TidarModels;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.env.MockEnvironment;
import reactor.core.publisher.Flux;

@DisplayName("An application with several models")
class SeveralModelsTest {

    private static final String OPENING = "Once upon a time";

    private static Path folder;

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TidarModelsAutoConfiguration.class,
                    TidarEngineAutoConfiguration.class,
                    TidarChatAutoConfiguration.class,
                    TidarHealthContributorAutoConfiguration.class,
                    TidarMetricsAutoConfiguration.class,
                    TidarEndpointAutoConfiguration.class,
                    ToolCallingAutoConfiguration.class,
                    ChatClientAutoConfiguration.class));

    private final ApplicationContextRunner two = application.withPropertyValues(
            "tidar.models.tales.model=" + folder,
            "tidar.models.tales.threads=1",
            "tidar.models.tales.chat.max-tokens=9",
            "tidar.models.notes.model=" + folder,
            "tidar.models.notes.threads=1",
            "tidar.models.notes.chat.max-tokens=5",
            "tidar.models.notes.keep-alive=0");

    @BeforeAll
    static void model(@TempDir Path directory) {
        folder = StoriesModel.in(directory);
    }

    @Configuration(proxyBeanMethods = false)
    static class Clients {

        @Bean
        ChatClient talesClient(@Qualifier("tales") ChatModel tales) {
            return ChatClient.create(tales);
        }
    }

    @Test
    void hasAChatModelByTheNameOfEach() {
        two.withUserConfiguration(Clients.class).run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(TidarEngine.class);
            assertThat(context.getBeanNamesForType(TidarChatModel.class)).containsExactly("tales", "notes");
            assertThat(context.getBean("notes", TidarChatModel.class)
                            .getOptions()
                            .getMaxTokens())
                    .isEqualTo(5);
            assertThat(context.getBean(ChatClient.class).prompt(OPENING).call().content())
                    .isNotEmpty();
        });
    }

    @Test
    void answersWithTwoModelsAtOnce() {
        two.run(context -> {
            var tales = context.getBean("tales", TidarChatModel.class);
            var notes = context.getBean("notes", TidarChatModel.class);
            List<String> alone = List.of(tales.call(OPENING), notes.call(OPENING));

            List<List<String>> together = Flux.range(0, 4)
                    .flatMap(i -> Flux.zip(text(tales), text(notes)).map(both -> List.of(both.getT1(), both.getT2())))
                    .collectList()
                    .block();

            assertThat(together).hasSize(4).containsOnly(alone);
        });
    }

    private static Flux<String> text(TidarChatModel model) {
        return model.stream(new Prompt(OPENING))
                .map(response -> Objects.requireNonNullElse(
                        response.getResult().getOutput().getText(), ""))
                .reduce("", String::concat)
                .flux();
    }

    @Test
    void answersARequestThatNamesAnotherModelByThatOne() {
        two.run(context -> {
            var tales = context.getBean("tales", TidarChatModel.class);

            ChatResponse response = tales.call(
                    new Prompt(OPENING, ChatOptions.builder().model("notes").build()));

            assertThat(response.getMetadata().getModel()).isEqualTo("notes");
            assertThat(response.getMetadata().getUsage().getCompletionTokens()).isEqualTo(5);
            ChatResponse streamed = tales.stream(new Prompt(
                            OPENING, TidarChatOptions.builder().model("notes").build()))
                    .blockLast();
            assertThat(Objects.requireNonNull(streamed).getMetadata().getModel())
                    .isEqualTo("notes");
            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> tales.call(new Prompt(
                            OPENING, ChatOptions.builder().model("poems").build())))
                    .withMessage("model must be unset or the loaded model tales, but is poems");
        });
    }

    @Test
    void loadsWhatIsKeptAliveOnDemandOnlyWhenItIsAsked() {
        two.run(context -> {
            OnDemandEngine notes = context.getBean(TidarModels.class).engines().get(1);
            assertThat(state(notes)).isEqualTo(EngineState.UNLOADED);
            assertThat(state(context.getBean(TidarModels.class).engines().get(0)))
                    .isEqualTo(EngineState.READY);

            context.getBean("notes", ChatModel.class).call(OPENING);

            await().until(() -> state(notes) == EngineState.UNLOADED);
        });
    }

    @Test
    void showsTheHealthOfEach() {
        two.run(context -> {
            var health = context.getBean("tidarHealthIndicator", CompositeHealthContributor.class);

            assertThat(health.stream().map(each -> each.name())).containsExactlyInAnyOrder("tales", "notes");
            assertThat(((HealthIndicator) health.getContributor("notes")).health())
                    .satisfies(unloaded -> {
                        assertThat(unloaded.getStatus()).isEqualTo(Status.UP);
                        assertThat(unloaded.getDetails()).containsEntry("state", "UNLOADED");
                    });
        });
    }

    @Test
    void hasMetersAndAnEndpointOverBoth() {
        two.withBean(SimpleMeterRegistry.class)
                .withPropertyValues("management.endpoints.web.exposure.include=tidar")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    context.getBean("tidarModelsMeterBinder", MeterBinder.class).bindTo(registry);

                    assertThat(registry.get("tidar.requests.running").gauges().stream()
                                    .map(gauge -> gauge.getId().getTag("model")))
                            .containsExactlyInAnyOrder("tales", "notes");
                    var endpoint = context.getBean(TidarEndpoint.class);
                    assertThat(endpoint.status())
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .extractingByKey("models")
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .containsOnlyKeys("tales", "notes");
                    endpoint.change("unload", null, "tales");
                    assertThat(state(
                                    context.getBean(TidarModels.class).engines().get(0)))
                            .isEqualTo(EngineState.UNLOADED);
                    assertThat(context.getBean("tales", ChatModel.class).call(OPENING))
                            .isNotEmpty();
                });
    }

    @Test
    void endsItsEnginesWithTheContext() {
        var models = new AtomicReference<TidarModels>();
        var engine = new AtomicReference<TidarEngine>();
        two.run(context -> {
            models.set(context.getBean(TidarModels.class));
            engine.set(models.get().engines().get(0).present().orElseThrow());
        });

        assertThat(engine.get().status().state()).isEqualTo(EngineState.DEAD);
    }

    @Test
    void lendsTimeAtItsEndAlsoToAnswersOfAModelThatIsLoadedThen() {
        var answer = new CompletableFuture<ChatResponse>();
        two.withBean(LateCaller.class).run(context -> {
            context.getBean(LateCaller.class).atStop = () -> {
                context.getBean("notes", TidarChatModel.class).stream(new Prompt(OPENING, StoriesModel.slow(30)))
                        .last()
                        .subscribe(answer::complete, answer::completeExceptionally);
                OnDemandEngine notes =
                        context.getBean(TidarModels.class).engines().get(1);
                await().until(() -> notes.status().orElseThrow().running() == 1 || answer.isDone());
            };
        });

        assertThat(answer)
                .succeedsWithin(Duration.ofSeconds(10))
                .extracting(last -> last.getResult().getMetadata().getFinishReason())
                .isEqualTo("length");
    }

    /** Asks when the context has begun to close; stopped before the engines. */
    static final class LateCaller implements SmartLifecycle {

        private volatile Runnable atStop = () -> {};
        private volatile boolean running;

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            atStop.run();
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }

    @Test
    void showsThatAModelIsLoadedAgainWhileARequestWaitsForIt() {
        two.run(context -> {
            OnDemandEngine tales = context.getBean(TidarModels.class).engines().get(0);
            tales.unload();
            try (var loading = new HeldLoad()) {
                var answer = new FutureTask<>(
                        () -> context.getBean("tales", ChatModel.class).call(OPENING));
                new Thread(answer).start();
                loading.awaitBegin();

                assertThat(state(tales)).isEqualTo(EngineState.LOADING);

                loading.goOn();
                assertThat(answer).succeedsWithin(Duration.ofSeconds(10));
            }
        });
    }

    @Test
    void logsWhyAModelCannotBeLoadedInTheBackgroundInTheNamesOfItsProperties(@TempDir Path directory)
            throws IOException {
        Path broken = brokenModel(directory);
        var log = (Logger) LoggerFactory.getLogger(LoadFailureLog.class);
        var failures = new ListAppender<ILoggingEvent>();
        failures.start();
        log.addAppender(failures);
        try {
            application
                    .withPropertyValues(
                            "tidar.models.tales.model=" + broken,
                            "tidar.models.tales.threads=1",
                            "tidar.models.tales.load-mode=background")
                    .run(context -> await().until(() -> failures.list.size() == 1));
        } finally {
            log.detachAppender(failures);
        }

        assertThat(failures.list.get(0).getFormattedMessage())
                .contains("and the next request tries again", "tidar.models.tales.model=" + broken, "run git lfs pull");
    }

    @Test
    void staysDownWhileRequestsTryInVainToLoadAModel(@TempDir Path directory) throws IOException {
        Path broken = brokenModel(directory);
        application
                .withPropertyValues("tidar.models.tales.model=" + broken, "tidar.models.tales.keep-alive=1m")
                .run(context -> {
                    var tales = context.getBean("tales", ChatModel.class);
                    var health =
                            (HealthIndicator) context.getBean("tidarHealthIndicator", CompositeHealthContributor.class)
                                    .getContributor("tales");

                    assertThatExceptionOfType(InvalidModelException.class).isThrownBy(() -> tales.call(OPENING));

                    Health down = Objects.requireNonNull(health).health();
                    assertThat(down.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(down.getDetails()).containsKey("failure");
                });
    }

    @Test
    void leavesPathsAsTheyAreInTextsAboutItsProperties() {
        assertThat(NamedModelException.underPrefix(
                        "tidar.models.tales", "(tidar.model=/opt/tidar.v/m) needs tidar.mode, see tidar.models.notes"))
                .isEqualTo("(tidar.models.tales.model=/opt/tidar.v/m) needs tidar.models.tales.mode,"
                        + " see tidar.models.notes");
    }

    @Test
    void namesAWrongPropertyAsTheUserWroteIt() {
        two.withPropertyValues("tidar.models.tales.threads=0")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessage("tidar.threads must be positive, but is 0")
                        .satisfies(failure -> assertThat(
                                        analysis(context.getStartupFailure()).getDescription())
                                .isEqualTo("tidar.models.tales.threads must be positive, but is 0.")));
    }

    @Test
    void advisesOnAModelThatIsNotThereByItsOwnProperties() {
        two.withPropertyValues("tidar.models.tales.model=/nowhere").run(context -> {
            FailureAnalysis analysis = analysis(context.getStartupFailure());

            assertThat(analysis.getDescription())
                    .startsWith("The model (tidar.models.tales.model=/nowhere) cannot be loaded");
            assertThat(analysis.getAction()).contains("Nothing is downloaded");
        });
    }

    @Test
    void advisesHowToSetTheModelOfAName() {
        application.withPropertyValues("tidar.models.tales.threads=1").run(context -> {
            FailureAnalysis analysis = analysis(context.getStartupFailure());

            assertThat(analysis.getAction()).contains("    tidar.models.tales.model=/opt/models/my-tidar-model");
        });
    }

    @Test
    void rejectsAModelWithoutANameBesideThem() {
        two.withPropertyValues("tidar.model=" + folder)
                .run(context -> assertThat(analysis(context.getStartupFailure()).getDescription())
                        .isEqualTo("tidar.model must not be set beside tidar.models:"
                                + " give that model a name there as well."));
    }

    @Test
    void isNothingToAnApplicationThatHasOne() {
        application
                .withPropertyValues("tidar.model=" + folder, "tidar.threads=1")
                .run(context -> assertThat(context)
                        .hasSingleBean(TidarEngine.class)
                        .hasSingleBean(TidarChatModel.class)
                        .hasBean("tidarChatModel")
                        .doesNotHaveBean(TidarModels.class));
    }

    private static FailureAnalysis analysis(@Nullable Throwable failure) {
        var environment = new MockEnvironment().withProperty("tidar.models.tales.model", "/nowhere");
        return Objects.requireNonNull(
                new NamedModelFailureAnalyzer(environment).analyze(Objects.requireNonNull(failure)));
    }

    private static EngineState state(OnDemandEngine engine) {
        return engine.status().orElseThrow().state();
    }

    /** A folder whose weights are a pointer to large-file storage. */
    private static Path brokenModel(Path directory) throws IOException {
        Path broken = StoriesModel.in(directory);
        Files.writeString(broken.resolve("model.safetensors"), "version https://git-lfs.github.com/spec/v1\n");
        return broken;
    }
}
