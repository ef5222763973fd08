package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineState;
import dev.tidar.api.HubException;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarHealthIndicator;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

@DisplayName("tidar.model with the name of a model")
@ExtendWith(OutputCaptureExtension.class)
class ModelByNameTest {

    private StoriesHub hub;
    private Path cache;

    @BeforeEach
    void serve(@TempDir Path directory) {
        hub = StoriesHub.of(StoriesModel.in(directory));
        cache = directory.resolve("cache");
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void downloadsItAndLogsHowFarItIs(CapturedOutput output) {
        run(context -> {
            assertThat(context.getBean(TidarChatModel.class)
                            .call(new Prompt("Once upon a time"))
                            .getMetadata()
                            .getModel())
                    .isEqualTo("acme/stories");
            assertThat(output).containsPattern("Loading the TiDAR model, \\d+ %: downloading .* of 1.1 MB");
        });
        hub.close();
        run(context -> assertThat(state(context)).isEqualTo(EngineState.READY), "--tidar.hub.offline=true");
    }

    @Test
    void showsTheDownloadInHealthWhereItLoadsInTheBackground() throws Exception {
        hub.half = new CountDownLatch(1);
        run(
                context -> {
                    awaitHalf();
                    var health = context.getBean(TidarHealthIndicator.class);
                    assertThat(health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
                    await().untilAsserted(() -> assertThat(health.health().getDetails())
                            .containsEntry("model", "acme/stories")
                            .hasEntrySatisfying(
                                    "loading",
                                    stage -> assertThat((String) stage).startsWith("downloading")));
                    hub.half.countDown();
                    await().until(() -> state(context) == EngineState.READY);
                },
                "--tidar.load-mode=background");
    }

    @Test
    void endsTheDownloadWithTheApplication() {
        hub.half = new CountDownLatch(1);
        var engine = new AtomicReference<TidarEngine>();
        run(
                context -> {
                    engine.set(context.getBean(TidarEngine.class));
                    awaitHalf();
                },
                "--tidar.load-mode=background");

        assertThat(engine.get().status().state()).isEqualTo(EngineState.DEAD);
        assertThat(engine.get().status().failure()).as("nothing failed").isEmpty();
    }

    @Test
    void advisesOnAGatedModelSoThatItLoads(CapturedOutput output) {
        hub.gate = "hf_secret";

        fail("--tidar.hub.token=hf_other");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("is gated: ask for access at " + hub.address() + "/acme/stories")
                .contains("set tidar.hub.token, or the environment variable HF_TOKEN")
                .doesNotContain("hf_other");
        run(context -> assertThat(state(context)).isEqualTo(EngineState.READY), "--tidar.hub.token=hf_secret");
        assertThat(output).doesNotContain("hf_secret");
    }

    @Test
    void advisesOnAModelThatIsNotInTheCacheSoThatItLoads(CapturedOutput output) {
        fail("--tidar.hub.pull-model-strategy=never");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("hf:acme/stories is not in the cache " + cache)
                .contains("set tidar.hub.pull-model-strategy=when-missing");
        run(
                context -> assertThat(state(context)).isEqualTo(EngineState.READY),
                "--tidar.hub.pull-model-strategy=when-missing");
    }

    @Test
    void advisesOnAHubThatCannotBeReached(CapturedOutput output) {
        fail("--tidar.hub.endpoint=http://127.0.0.1:1", "--tidar.hub.max-retries=0");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("http://127.0.0.1:1 cannot be reached")
                .contains("-Dhttps.proxyHost")
                .contains("tidar.hub.endpoint");
    }

    @Test
    void isRefusedWhereItIsNoName(CapturedOutput output) {
        fail("--tidar.model=hf:a/b/c");

        assertThat(output).contains("tidar.model: a model of a hub must be hf:organization/name");
    }

    @Test
    void hasAnActionForEveryFault() {
        for (var fault : HubException.Fault.values()) {
            var analysis = new HubFailureAnalyzer().analyze(new HubException(fault, "the message"));

            assertThat(analysis.getDescription()).contains("the message");
            assertThat(analysis.getAction()).as(fault.name()).contains("tidar.").endsWith(".");
        }
    }

    private void awaitHalf() {
        try {
            hub.sent.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static EngineState state(ConfigurableApplicationContext context) {
        return context.getBean(TidarEngine.class).status().state();
    }

    private void run(Consumer<ConfigurableApplicationContext> use, String... arguments) {
        try (var context = application().run(arguments(arguments))) {
            use.accept(context);
        }
    }

    private void fail(String... arguments) {
        assertThatThrownBy(() -> application().run(arguments(arguments))).isInstanceOf(RuntimeException.class);
    }

    private String[] arguments(String... more) {
        return Stream.concat(
                        Stream.of(more),
                        Stream.of(
                                "--tidar.model=" + StoriesHub.MODEL,
                                "--tidar.hub.cache=" + cache,
                                "--tidar.hub.endpoint=" + hub.address(),
                                "--tidar.hub.read-timeout=1m",
                                "--tidar.threads=1"))
                .filter(argument ->
                        Stream.of(more).noneMatch(given -> !given.equals(argument) && given.startsWith(key(argument))))
                .toArray(String[]::new);
    }

    private static String key(String argument) {
        return argument.substring(0, argument.indexOf('=') + 1);
    }

    private static SpringApplication application() {
        var application = new SpringApplication(Application.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setWebApplicationType(WebApplicationType.NONE);
        return application;
    }

    @ImportAutoConfiguration({
        TidarEngineAutoConfiguration.class,
        TidarChatAutoConfiguration.class,
        TidarHealthContributorAutoConfiguration.class
    })
    static class Application {}
}
