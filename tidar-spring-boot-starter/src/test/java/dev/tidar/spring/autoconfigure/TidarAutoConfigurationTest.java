package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarChatOptions;
import dev.tidar.spring.TidarEndpoint;
import dev.tidar.spring.TidarHealthIndicator;
import dev.tidar.spring.TidarMetadata;
import dev.tidar.spring.TidarMeterBinder;
import dev.tidar.spring.TidarMeterObservationHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@DisplayName("The auto-configuration")
class TidarAutoConfigurationTest {

    private static final AutoConfigurations ALL = AutoConfigurations.of(
            TidarEngineAutoConfiguration.class,
            TidarChatAutoConfiguration.class,
            TidarHealthContributorAutoConfiguration.class,
            TidarMetricsAutoConfiguration.class,
            TidarEndpointAutoConfiguration.class,
            ToolCallingAutoConfiguration.class,
            ChatClientAutoConfiguration.class);

    private static Path folder;

    private final ApplicationContextRunner application = new ApplicationContextRunner().withConfiguration(ALL);

    private final ApplicationContextRunner withModel =
            application.withPropertyValues("tidar.model=" + folder, "tidar.threads=1");

    @BeforeAll
    static void model(@TempDir Path directory) {
        folder = StoriesModel.in(directory);
    }

    @Test
    void loadsADraftModelBesideTheModel() {
        withModel
                .withPropertyValues("tidar.draft-model=" + folder)
                .run(context -> assertThat(
                                context.getBean(TidarEngine.class).status().draftModel())
                        .contains(StoriesModel.NAME));
    }

    @Nested
    class StaysOutOfTheWay {

        @ParameterizedTest
        @CsvSource({"none", "ollama"})
        void whenAnotherChatModelIsSelected(String selected) {
            application
                    .withPropertyValues("spring.ai.model.chat=" + selected)
                    .run(context -> assertThat(context)
                            .hasNotFailed()
                            .doesNotHaveBean(TidarEngine.class)
                            .doesNotHaveBean(TidarChatModel.class)
                            .doesNotHaveBean(TidarProperties.class)
                            .doesNotHaveBean(TidarMeterBinder.class)
                            .getBean(TidarHealthIndicator.class)
                            .extracting(health -> health.health().getStatus())
                            .isEqualTo(Status.UNKNOWN));
        }

        @Test
        void evenOfASettingThatIsWrong() {
            application
                    .withPropertyValues("spring.ai.model.chat=none", "tidar.threads=-1")
                    .run(context -> assertThat(context).hasNotFailed());
        }
    }

    @Nested
    class BacksOff {

        @Test
        void whenTheApplicationBringsItsOwnEngine(@TempDir Path directory) {
            withModel
                    .withBean("mine", TidarEngine.class, () -> StoriesModel.load(directory))
                    .run(context -> assertThat(context)
                            .hasSingleBean(TidarChatModel.class)
                            .getBeanNames(TidarEngine.class)
                            .containsExactly("mine"));
        }

        @Test
        void whenTheApplicationBringsItsOwnChatModel(@TempDir Path directory) {
            try (var engine = StoriesModel.load(directory)) {
                withModel
                        .withBean("mine", TidarChatModel.class, () -> new TidarChatModel(engine))
                        .run(context -> assertThat(context)
                                .getBeanNames(TidarChatModel.class)
                                .containsExactly("mine"));
            }
        }
    }

    @Nested
    class Gives {

        @ParameterizedTest
        @CsvSource({"''", "spring.ai.model.chat=tidar"})
        void anEngineAndAChatModel(String selection) {
            withModel
                    .withPropertyValues(selection)
                    .run(context ->
                            assertThat(context).hasSingleBean(TidarEngine.class).hasBean("tidarChatModel"));
        }

        @Test
        void aChatModelWithTheOptionsOfTheProperties() {
            withModel
                    .withPropertyValues(
                            "tidar.chat.temperature=0.5",
                            "tidar.chat.top-k=40",
                            "tidar.chat.top-p=0.9",
                            "tidar.chat.min-p=0.05",
                            "tidar.chat.repetition-penalty=1.1",
                            "tidar.chat.max-tokens=7",
                            "tidar.chat.seed=42")
                    .run(context -> assertThat(
                                    context.getBean(TidarChatModel.class).getOptions())
                            .isEqualTo(TidarChatOptions.builder()
                                    .temperature(0.5)
                                    .topK(40)
                                    .topP(0.9)
                                    .minP(0.05)
                                    .repetitionPenalty(1.1)
                                    .maxTokens(7)
                                    .seed(42L)
                                    .build()));
        }

        @Test
        void anEngineWithTheLayoutOfTheProperties() {
            withModel
                    .withPropertyValues(
                            "tidar.mode=single-pass",
                            "tidar.draft-length=4",
                            "tidar.outcomes=1,4",
                            "tidar.chat.max-tokens=9")
                    .run(context -> {
                        var answer = context.getBean(TidarChatModel.class).call(new Prompt("Once upon a time"));

                        assertThat(answer.getMetadata().<String>get(TidarMetadata.LAYOUT))
                                .contains("single-pass")
                                .contains("4");
                    });
        }

        @Test
        void aChatModelThatLeavesTheTemperatureToTheCheckpoint() {
            withModel.run(
                    context -> assertThat(context.getBean(TidarChatModel.class).getOptions())
                            .isEqualTo(TidarChatOptions.builder().maxTokens(512).build()));
        }

        @Test
        void anEngineWithTheSettingsOfTheProperties() {
            withModel
                    .withPropertyValues("tidar.context-length=64", "tidar.kv-cache.memory=1MB")
                    .run(context -> {
                        var status = context.getBean(TidarEngine.class).status();
                        assertThat(status.model().contextLength()).isEqualTo(64);
                        assertThat(status.kv().bytes()).isBetween(1L, 1L << 20);
                    });
        }

        @Test
        void anEngineFromAModelInsideAJar(@TempDir Path directory) throws IOException {
            var files = new TreeMap<String, byte[]>();
            try (var inFolder = Files.list(folder)) {
                for (Path file : inFolder.toList()) {
                    files.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
            var entries = new TreeMap<String, byte[]>();
            files.forEach((name, content) -> entries.put("models/tiny/" + name, content));
            var listing = Map.of("models/tiny/SHA256SUMS", Jars.listingOf(files));
            Path jar = Jars.write(directory.resolve("tiny.jar"), entries, listing);

            try (var loader = new URLClassLoader(
                    new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
                withModel
                        .withClassLoader(loader)
                        .withPropertyValues(
                                "tidar.model=classpath:models/tiny", "tidar.model-cache=" + directory.resolve("cache"))
                        .run(context -> {
                            assertThat(context.getBean(TidarEngine.class)
                                            .status()
                                            .model()
                                            .name())
                                    .isEqualTo("tiny");
                            assertThat(directory.resolve("cache")).isNotEmptyDirectory();
                        });
            }
        }

        @Test
        void aChatClientThatAnswers() {
            withModel.withPropertyValues("tidar.chat.max-tokens=5").run(context -> {
                var client = context.getBean(ChatClient.Builder.class).build();

                assertThat(client.prompt("Once upon a time").call().content()).isNotBlank();
            });
        }

        @Test
        void observationsByTheConventionOfTheApplication() {
            var observations = TestObservationRegistry.create();
            withModel
                    .withPropertyValues("tidar.chat.max-tokens=1")
                    .withBean(ObservationRegistry.class, () -> observations)
                    .withBean(ChatModelObservationConvention.class, Told::new)
                    .run(context -> {
                        context.getBean(TidarChatModel.class).call("Once");

                        io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat(observations)
                                .hasObservationWithNameEqualTo("stories.told");
                    });
        }

        static class Told extends DefaultChatModelObservationConvention {
            @Override
            public String getName() {
                return "stories.told";
            }
        }

        @Test
        void itsDeviceBackWhenTheContextCloses() {
            var engine = new AtomicReference<TidarEngine>();
            withModel.run(context -> engine.set(context.getBean(TidarEngine.class)));

            assertThat(engine.get().status().state()).isEqualTo(EngineState.DEAD);
        }
    }

    @Nested
    class Health {

        @Test
        void isUpOnceTheModelIsLoaded() {
            withModel.run(context -> assertThat(context.getBean("tidarHealthIndicator", TidarHealthIndicator.class)
                            .health()
                            .getStatus())
                    .isEqualTo(Status.UP));
        }

        @Test
        void isLeftOutWhenItIsDisabled() {
            withModel
                    .withPropertyValues("management.health.tidar.enabled=false")
                    .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TidarHealthIndicator.class));
        }

        @Test
        void isLeftOutWithoutSpringBootHealth() {
            withModel
                    .withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                    .run(context -> assertThat(context)
                            .hasSingleBean(TidarChatModel.class)
                            .doesNotHaveBean("tidarHealthIndicator"));
        }
    }

    @Nested
    class Metrics {

        @Test
        void areBoundWhereThereIsARegistry() {
            withModel
                    .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                    .run(context -> assertThat(context)
                            .hasSingleBean(TidarMeterBinder.class)
                            .hasSingleBean(TidarMeterObservationHandler.class));
        }

        @Test
        void areLeftOutWithoutARegistry() {
            withModel.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TidarMeterBinder.class));
        }

        @Test
        void areLeftOutWithoutMicrometer() {
            withModel
                    .withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                    .run(context -> assertThat(context)
                            .hasSingleBean(TidarChatModel.class)
                            .doesNotHaveBean("tidarMeterBinder"));
        }
    }

    @Nested
    class TheEndpoint {

        @Test
        void isThereOnceItIsExposed() {
            withModel
                    .withPropertyValues("management.endpoints.web.exposure.include=tidar")
                    .run(context -> assertThat(
                                    context.getBean(TidarEndpoint.class).status())
                            .isInstanceOfSatisfying(
                                    EngineStatus.class,
                                    status -> assertThat(status.name()).isEqualTo(StoriesModel.NAME)));
        }

        @Test
        void isLeftOutUntilItIsExposed() {
            withModel.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TidarEndpoint.class));
        }

        @Test
        void isLeftOutWithoutTheActuator() {
            withModel
                    .withClassLoader(new FilteredClassLoader(Endpoint.class))
                    .withPropertyValues("management.endpoints.web.exposure.include=tidar")
                    .run(context -> assertThat(context)
                            .hasSingleBean(TidarChatModel.class)
                            .doesNotHaveBean("tidarEndpoint"));
        }
    }
}
