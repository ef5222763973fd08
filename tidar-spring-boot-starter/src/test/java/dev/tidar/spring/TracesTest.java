package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
import dev.tidar.spring.autoconfigure.TidarChatAutoConfiguration;
import dev.tidar.spring.autoconfigure.TidarEngineAutoConfiguration;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.test.simple.SimpleSpan;
import io.micrometer.tracing.test.simple.SimpleTracer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Hooks;

/** The spans of an application, with a tracer that keeps them, and a scripted model that calls a tool. */
@DisplayName("A trace")
class TracesTest {

    private static final String QUESTION = "How is the weather in Paris?";

    private static TidarEngine engine;

    private final SimpleTracer tracer = new SimpleTracer();
    private final ObservationRegistry observations = ObservationRegistry.create();

    static class Weather {

        @Tool(description = "The weather in a city")
        String weather(String city) {
            return "sun in " + city;
        }
    }

    @BeforeAll
    static void load() {
        engine = WeatherModel.load();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    TracesTest() {
        observations.observationConfig().observationHandler(new DefaultTracingObservationHandler(tracer));
    }

    @AfterEach
    void leaveReactorAsItWas() {
        Hooks.disableAutomaticContextPropagation();
    }

    @Test
    void hasOneSpanForARequestWithWhatHappenedToIt() {
        new TidarChatModel(engine, TidarChatOptions.builder().build(), observations).call(new Prompt(QUESTION));

        SimpleSpan span = theOne("chat " + WeatherModel.NAME);
        assertThat(span.getEvents().stream().map(Map.Entry::getValue))
                .containsExactly("queued", "started", "first token", "finished");
        assertThat(span.getEvents().stream().map(Map.Entry::getKey)).isSorted();
        assertThat(span.getTags()).containsEntry("gen_ai.response.finish_reasons", "[\"stop\"]");
    }

    @Test
    void hasTheSameOfAStream() {
        new TidarChatModel(engine, TidarChatOptions.builder().build(), observations)
                .stream(new Prompt(QUESTION)).blockLast();

        assertThat(theOne("chat " + WeatherModel.NAME).getEvents().stream().map(Map.Entry::getValue))
                .containsExactly("queued", "started", "first token", "finished");
    }

    @Test
    void keepsItsParentsThroughToolsOfACall() {
        client(client -> {
            Observation request = Observation.start("request", observations);
            String answer = request.scoped(
                    () -> client.prompt(QUESTION).tools(new Weather()).call().content());
            request.stop();

            assertThat(answer).contains("sun in Paris");
            hasItsParents();
        });
    }

    @Test
    void keepsItsParentsThroughToolsOfAStreamWhereReactorPropagatesContext() {
        Hooks.enableAutomaticContextPropagation();
        client(client -> {
            Observation request = Observation.start("request", observations);
            List<String> answer = request.scoped(() -> client.prompt(QUESTION).tools(new Weather()).stream()
                    .content()
                    .collectList()
                    .block());
            request.stop();

            assertThat(String.join("", answer)).contains("sun in Paris");
            hasItsParents();
        });
    }

    /** Two answers of the model and one tool between them, all of one trace and none a root. */
    private void hasItsParents() {
        assertThat(tracer.getSpans().stream().map(SimpleSpan::getTraceId).distinct())
                .hasSize(1);
        assertThat(named("chat " + WeatherModel.NAME)).hasSize(2);
        SimpleSpan tool = theOne("execute_tool weather");
        assertThat(ancestors(tool)).contains("request");
        named("chat " + WeatherModel.NAME)
                .forEach(answer -> assertThat(ancestors(answer)).contains("request"));
    }

    private List<String> ancestors(SimpleSpan span) {
        return Stream.iterate(parent(span), parent -> !parent.isEmpty(), parent -> parent.flatMap(s -> parent(s)))
                .map(parent -> parent.get().getName())
                .toList();
    }

    private Optional<SimpleSpan> parent(SimpleSpan span) {
        return tracer.getSpans().stream()
                .filter(other -> other.getSpanId().equals(span.getParentId()))
                .findFirst();
    }

    private List<SimpleSpan> named(String name) {
        return tracer.getSpans().stream()
                .filter(span -> name.equals(span.getName()))
                .toList();
    }

    private SimpleSpan theOne(String name) {
        assertThat(named(name)).as("%s among %s", name, tracer.getSpans()).hasSize(1);
        return named(name).get(0);
    }

    private void client(Consumer<ChatClient> use) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TidarEngineAutoConfiguration.class,
                        TidarChatAutoConfiguration.class,
                        ToolCallingAutoConfiguration.class,
                        ChatClientAutoConfiguration.class))
                .withBean("engine", TidarEngine.class, () -> engine, definition -> definition.setDestroyMethodName(""))
                .withBean(ObservationRegistry.class, () -> observations)
                .run(context ->
                        use.accept(context.getBean(ChatClient.Builder.class).build()));
    }
}
