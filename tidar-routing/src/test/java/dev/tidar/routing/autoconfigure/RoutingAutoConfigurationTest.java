package dev.tidar.routing.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.routing.GuardedNode;
import dev.tidar.routing.RoutingChatModel;
import dev.tidar.routing.RoutingMetadata;
import dev.tidar.routing.observation.RoutingHealthIndicator;
import dev.tidar.routing.observation.RoutingMeterBinder;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.autoconfigure.TidarChatAutoConfiguration;
import dev.tidar.spring.autoconfigure.TidarEngineAutoConfiguration;
import dev.tidar.spring.autoconfigure.TidarModelsAutoConfiguration;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@DisplayName("The auto-configuration of the routing chat model")
class RoutingAutoConfigurationTest {

    private static final Pattern ROW =
            Pattern.compile("^\\| `(tidar\\.routing\\.[a-z.]+)` \\| \\w+ \\|  \\| (.*?) \\|", Pattern.MULTILINE);

    @TempDir
    static Path directory;

    private final ApplicationContextRunner empty = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TidarEngineAutoConfiguration.class,
                    TidarChatAutoConfiguration.class,
                    TidarModelsAutoConfiguration.class,
                    RoutingAutoConfiguration.class,
                    ChatClientAutoConfiguration.class));

    private final ApplicationContextRunner withModel = empty.withPropertyValues(
            "tidar.model=" + StoriesModel.in(directory), "tidar.threads=1", "tidar.chat.max-tokens=8");

    private final ApplicationContextRunner withNode = empty.withPropertyValues(
            "spring.ai.model.chat=none",
            "tidar.routing.enabled=true",
            "tidar.routing.nodes.gpu-1.base-url=http://gpu-1:8000/v1",
            "tidar.routing.nodes.gpu-1.model=large",
            "tidar.routing.nodes.gpu-1.api-key=sk-secret");

    @Test
    void isOffUnlessItIsEnabled() {
        withModel.run(
                context -> assertThat(context).hasSingleBean(ChatModel.class).doesNotHaveBean(RoutingChatModel.class));
    }

    @Test
    void makesThePrimaryModelOverTheEngineOfTheApplication() {
        withModel.withPropertyValues("tidar.routing.enabled=true").run(context -> {
            assertThat(context.getBean(ChatModel.class)).isInstanceOf(RoutingChatModel.class);
            assertThat(names(context.getBean(RoutingChatModel.class))).containsExactly("local");
            ChatResponse answer = Objects.requireNonNull(context.getBean(ChatClient.Builder.class)
                    .build()
                    .prompt("Once upon a time")
                    .call()
                    .chatResponse());
            assertThat(answer.getMetadata().getUsage().getCompletionTokens()).isEqualTo(8);
            assertThat(answer.getMetadata().<String>get(RoutingMetadata.NODE)).isEqualTo("local");
            assertThat(Objects.requireNonNull(answer.getResult()).getOutput().getText())
                    .isEqualTo(context.getBean(TidarChatModel.class).call("Once upon a time"));
        });
    }

    @Test
    void hasEveryModelOfTheApplicationAsANode() {
        String model = StoriesModel.in(directory.resolve("several")).toString();
        empty.withPropertyValues(
                        "tidar.routing.enabled=true",
                        "tidar.models.one.model=" + model,
                        "tidar.models.one.keep-alive=1m",
                        "tidar.models.one.threads=1",
                        "tidar.models.two.model=" + model,
                        "tidar.models.two.keep-alive=1m",
                        "tidar.models.two.threads=1",
                        "tidar.models.two.chat.max-tokens=8")
                .run(context -> {
                    var routing = context.getBean(RoutingChatModel.class);
                    assertThat(names(routing)).containsExactlyInAnyOrder("one", "two");
                    String answer = ChatClient.create(routing)
                            .prompt("Once upon a time")
                            .options(ChatOptions.builder().model("two"))
                            .call()
                            .content();
                    assertThat(answer).isNotBlank();
                });
    }

    @Test
    void needsNoEngine() {
        withNode.run(context -> {
            assertThat(context).hasSingleBean(ChatModel.class).doesNotHaveBean(TidarChatModel.class);
            assertThat(names(context.getBean(RoutingChatModel.class))).containsExactly("gpu-1");
        });
    }

    @Test
    void leavesTheEngineOutWhereItIsToldTo() {
        withModel
                .withPropertyValues(
                        "tidar.routing.enabled=true",
                        "tidar.routing.local.enabled=false",
                        "tidar.routing.nodes.gpu-1.base-url=http://gpu-1:8000/v1",
                        "tidar.routing.nodes.gpu-1.model=large")
                .run(context -> assertThat(names(context.getBean(RoutingChatModel.class)))
                        .containsExactly("gpu-1"));
    }

    @Test
    void saysThatThereIsNoNode() {
        empty.withPropertyValues("spring.ai.model.chat=none", "tidar.routing.enabled=true")
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("There is no node"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nodes.gpu-1.base-url=ftp://gpu-1/v1",
                "nodes.gpu-1.base-url=http://me:sk-secret@gpu-1/v1",
                "nodes.gpu-1.model=",
                "nodes.gpu-1.max-concurrent=0",
                "nodes.gpu-1.weight=0",
                "nodes.gpu-1.timeouts.first-token=0s",
                "nodes.gpu-1.timeouts.total=2d",
                "breaker.failure-rate=0",
                "breaker.min-requests=11",
                "breaker.open-time=0s",
                "prefix.load-bound=0.5",
                "prefix.block-chars=0",
                "local.max-queued=-1",
                "local.weight=-1"
            })
    void namesThePropertyThatIsWrong(String setting) {
        String property = "tidar.routing." + setting.substring(0, setting.indexOf('='));
        withNode.withPropertyValues("tidar.routing." + setting)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageStartingWith(property)
                        .hasMessageNotContaining("sk-secret"));
    }

    @Test
    void showsNoKey() {
        withNode.run(
                context -> assertThat(context.getBean(RoutingProperties.class).toString())
                        .contains("gpu-1")
                        .doesNotContain("sk-secret"));
    }

    @Test
    void reportsTheMetersThatTheGuideLists() throws IOException {
        Map<String, Set<String>> documented = ROW.matcher(Files.readString(Path.of("../docs/beyond-one-machine.md")))
                .results()
                .collect(Collectors.toMap(
                        row -> row.group(1),
                        row -> Stream.of(row.group(2).split(", "))
                                .map(tag -> tag.replace("`", ""))
                                .collect(Collectors.toSet())));
        withNode.run(context -> {
            var registry = new SimpleMeterRegistry();
            context.getBean(RoutingMeterBinder.class).bindTo(registry);
            Map<String, Set<String>> found = registry.getMeters().stream()
                    .collect(Collectors.toMap(
                            meter -> meter.getId().getName(),
                            meter -> meter.getId().getTags().stream()
                                    .map(tag -> tag.getKey())
                                    .collect(Collectors.toCollection(TreeSet::new)),
                            (one, other) -> one));
            assertThat(found).isEqualTo(documented).hasSize(4);
        });
    }

    @Test
    void reportsHealthWithoutAskingANode() {
        withNode.run(context -> {
            var health = Objects.requireNonNull(
                    context.getBean(RoutingHealthIndicator.class).health());
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).containsKey("gpu-1");
        });
    }

    private static Stream<String> names(RoutingChatModel model) {
        return model.router().nodes().stream().map(GuardedNode::name);
    }
}
