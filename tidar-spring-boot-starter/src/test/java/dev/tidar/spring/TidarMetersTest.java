package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineState;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.Prompt;

@DisplayName("Meters")
class TidarMetersTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void showTheQueueAndTheMemoryByTheKernelsInUse() {
        new TidarMeterBinder(() -> Statuses.of(EngineState.READY)).bindTo(registry);

        assertThat(gauge("tidar.requests.queued")).isEqualTo(3);
        assertThat(gauge("tidar.requests.running")).isEqualTo(1);
        assertThat(gauge("tidar.kv.size")).isEqualTo(4096);
        assertThat(gauge("tidar.kv.free")).isEqualTo(1024);
        assertThat(gauge("tidar.degradations")).isZero();
    }

    @Test
    void showAFallback() {
        new TidarMeterBinder(() -> Statuses.of(EngineState.DEGRADED, List.of("plain kernels"))).bindTo(registry);

        assertThat(gauge("tidar.degradations")).isEqualTo(1);
    }

    @Test
    void countTokensAndForwardsOfEveryAnswerByLayout(@TempDir Path directory) {
        var observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new TidarMeterObservationHandler(registry));
        try (TidarEngine engine = StoriesModel.load(directory)) {
            var model = new TidarChatModel(
                    engine, TidarChatOptions.builder().maxTokens(10).build(), observations);

            var metadata = model.call(new Prompt("Once upon a time")).getMetadata();
            model.stream(new Prompt("Once upon a time")).blockLast();

            assertThat(registry.get("tidar.tokens").counters().stream()
                            .mapToDouble(counter -> counter.count())
                            .sum())
                    .isEqualTo(20);
            assertThat(registry.get("tidar.forwards")
                            .tag("layout", metadata.<String>get(TidarMetadata.LAYOUT))
                            .counter()
                            .count())
                    .isGreaterThanOrEqualTo(metadata.<Integer>get(TidarMetadata.FORWARDS));
        }
    }

    @Test
    void leaveOtherProvidersAlone() {
        var handler = new TidarMeterObservationHandler(registry);
        var other = ChatModelObservationContext.builder()
                .prompt(new Prompt("Hello"))
                .provider("ollama")
                .build();

        assertThat(handler.supportsContext(other)).isFalse();
        assertThat(handler.supportsContext(new Observation.Context())).isFalse();
    }

    private double gauge(String name) {
        return registry.get(name)
                .tags("model", "tiny", "device", "cpu, 2 threads", "backend", "plain")
                .gauge()
                .value();
    }
}
