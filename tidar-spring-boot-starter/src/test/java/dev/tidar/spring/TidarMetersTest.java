package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.GenerationStats;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.Prompt;

@DisplayName("Meters")
class TidarMetersTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void showWhatTheEngineDoes() {
        binder(Statuses.of(EngineState.READY)).bindTo(registry);

        assertThat(gauge("tidar.requests.queued")).isEqualTo(3);
        assertThat(gauge("tidar.requests.running")).isEqualTo(1);
        assertThat(gauge("tidar.kv.memory", "state", "free")).isEqualTo(1024);
        assertThat(gauge("tidar.kv.memory", "state", "cached")).isEqualTo(2048);
        assertThat(gauge("tidar.kv.memory", "state", "used")).isEqualTo(1024);
        assertThat(gauge("tidar.engine.state", "state", "ready")).isEqualTo(1);
        assertThat(gauge("tidar.engine.state", "state", "dead")).isZero();
        assertThat(gauge("tidar.degradations")).isZero();
        assertThat(gauge("tidar.time.since.step")).isEqualTo(0.04);
        assertThat(gauge("tidar.kv.blocks", "state", "free")).isEqualTo(2);
        assertThat(gauge("tidar.kv.blocks", "state", "cached")).isEqualTo(4);
        assertThat(gauge("tidar.kv.blocks", "state", "used")).isEqualTo(2);
        assertThat(gauge("tidar.device.memory", "part", "weights")).isEqualTo(4000);
        assertThat(gauge("tidar.device.memory", "part", "adapter")).isEqualTo(300);
        assertThat(gauge("tidar.device.memory", "part", "work")).isEqualTo(200);
        assertThat(gauge("tidar.device.memory", "part", "kv")).isEqualTo(4096);
    }

    @Test
    void timeStepsByWhatTheirRowsAreFor() {
        binder(Statuses.of(EngineState.READY)).bindTo(registry);

        FunctionTimer twoPass = registry.get("tidar.step.time")
                .tags("model", "tiny", "kind", "two-pass")
                .functionTimer();
        assertThat(twoPass.count()).isEqualTo(10);
        assertThat(twoPass.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(250);
        assertThat(registry.get("tidar.step.time")
                        .tag("kind", "mixed")
                        .functionTimer()
                        .count())
                .isZero();
    }

    @Test
    void countDraftsByTheirPositionInTheBlock() {
        binder(Statuses.of(EngineState.READY)).bindTo(registry);

        assertThat(count("tidar.drafts.verified", "position", "1")).isEqualTo(30);
        assertThat(count("tidar.drafts.accepted", "position", "1")).isEqualTo(20);
        assertThat(count("tidar.drafts.accepted", "position", "2")).isEqualTo(10);
        assertThat(count("tidar.drafts.verified", "position", "31")).isZero();
    }

    @Test
    void areNotThereWithoutAnEngine() {
        new TidarMeterBinder(Optional::empty).bindTo(registry);

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void countWhatTheEngineHasDone() {
        binder(Statuses.of(EngineState.READY)).bindTo(registry);

        assertThat(count("tidar.requests", "outcome", "finished")).isEqualTo(20);
        assertThat(count("tidar.requests", "outcome", "cancelled")).isEqualTo(2);
        assertThat(count("tidar.requests", "outcome", "failed")).isEqualTo(1);
        assertThat(count("tidar.requests", "outcome", "rejected")).isEqualTo(4);
        assertThat(count("tidar.prompt.tokens")).isEqualTo(1000);
        assertThat(count("tidar.prompt.tokens.cached")).isEqualTo(600);
        assertThat(count("tidar.preemptions")).isEqualTo(5);
        assertThat(count("tidar.stalls")).isEqualTo(1);
        assertThat(count("tidar.prefix.cache.blocks", "result", "hit")).isEqualTo(7);
        assertThat(count("tidar.prefix.cache.blocks", "result", "miss")).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource(names = {"LOADING", "DEAD"})
    void areBoundToAnEngineThatHasNoModel(EngineState state) {
        binder(Statuses.withoutModel(state, Optional.empty())).bindTo(registry);

        assertThat(gauge("tidar.kv.memory", "state", "used")).isZero();
        assertThat(gauge("tidar.kv.blocks", "state", "used")).isZero();
        assertThat(gauge("tidar.device.memory", "part", "weights")).isZero();
        assertThat(count("tidar.drafts.verified", "position", "1")).isZero();
        assertThat(count("tidar.prefix.cache.blocks", "result", "hit")).isZero();
        assertThat(gauge("tidar.engine.state", "state", state.name().toLowerCase(Locale.ROOT)))
                .isEqualTo(1);
    }

    @Test
    void showAFallback() {
        binder(Statuses.of(EngineState.DEGRADED, List.of("plain kernels"))).bindTo(registry);

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

    @Test
    void timeThePartsOfAnAnswer(@TempDir Path directory) {
        var observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new TidarMeterObservationHandler(registry));
        try (TidarEngine engine = StoriesModel.load(directory)) {
            var model = new TidarChatModel(
                    engine, TidarChatOptions.builder().maxTokens(10).build(), observations);

            var stats = (GenerationStats) model.call(new Prompt("Once upon a time"))
                    .getMetadata()
                    .getUsage()
                    .getNativeUsage();

            assertThat(total("tidar.queue.time")).isEqualTo(stats.queued().toNanos());
            assertThat(total("tidar.prefill.time")).isEqualTo(stats.prefill().toNanos());
            assertThat(total("tidar.decode.time")).isEqualTo(stats.decode().toNanos());
            assertThat(total("tidar.time.to.first.token"))
                    .isEqualTo(stats.queued().plus(stats.prefill()).toNanos());
            assertThat(registry.get("tidar.tokens.per.forward")
                            .tag("model", StoriesModel.NAME)
                            .summary()
                            .totalAmount())
                    .isEqualTo(stats.tokensPerForward());
            assertThat(registry.get("tidar.inter.token.latency").timer().count())
                    .as("one between the prefill and each step")
                    .isEqualTo(stats.kept().size());
        }
    }

    private double total(String timer) {
        return registry.get(timer).tag("model", StoriesModel.NAME).timer().totalTime(TimeUnit.NANOSECONDS);
    }

    private static TidarMeterBinder binder(EngineStatus status) {
        return new TidarMeterBinder(() -> Optional.of(status));
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags("model", "tiny").tags(tags).gauge().value();
    }

    private double count(String name, String... tags) {
        return registry.get(name)
                .tags("model", "tiny")
                .tags(tags)
                .functionCounter()
                .count();
    }
}
