package dev.tidar.spring;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.EngineStatus.MemoryStatus;
import dev.tidar.api.EngineStatus.Totals;
import dev.tidar.api.StepTotals;
import dev.tidar.api.StepTotals.Kind;
import dev.tidar.api.StepTotals.OfKind;
import dev.tidar.api.StepTotals.OfPosition;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Meters for the current work of an engine and for its work since it was loaded, each tagged with the model. They are 0
 * while the engine loads.
 */
public class TidarMeterBinder implements MeterBinder {

    private static final KvStatus NO_KV = new KvStatus(0, 0, 0, 0, 0);

    private final Supplier<Optional<EngineStatus>> engine;

    /** @param engine the status of the engine; empty while there is none */
    public TidarMeterBinder(Supplier<Optional<EngineStatus>> engine) {
        this.engine = engine;
    }

    /** Registers nothing while there is no engine. */
    @Override
    public void bindTo(MeterRegistry registry) {
        engine.get()
                .ifPresent(status -> new Binding(
                                registry,
                                new RecentStatus(() -> engine.get().orElse(status)),
                                Tags.of("model", status.name()))
                        .bind());
    }

    /** The meters of one engine in one registry. */
    private record Binding(MeterRegistry registry, Supplier<EngineStatus> engine, Tags tags) {

        void bind() {
            state();
            requests();
            keysAndValues();
            work();
            steps();
            drafts();
            memory();
        }

        private void state() {
            for (EngineState state : EngineState.values()) {
                gauge(
                                "tidar.engine.state",
                                "1 for the state that the engine is in",
                                now -> now.state() == state ? 1 : 0)
                        .tag("state", word(state))
                        .register(registry);
            }
            gauge(
                            "tidar.degradations",
                            "fallbacks that are active",
                            now -> now.degradations().size())
                    .register(registry);
        }

        private void requests() {
            gauge("tidar.requests.queued", "requests that wait", EngineStatus::queued)
                    .register(registry);
            gauge("tidar.requests.running", "requests that are decoded now", EngineStatus::running)
                    .register(registry);
            ended("finished", Totals::finished);
            ended("cancelled", Totals::cancelled);
            ended("failed", Totals::failed);
            ended("rejected", Totals::rejected);
        }

        private void ended(String outcome, ToDoubleFunction<Totals> value) {
            counter("tidar.requests", "requests that have ended", now -> value.applyAsDouble(now.totals()))
                    .tag("outcome", outcome)
                    .register(registry);
        }

        private void keysAndValues() {
            kv("free", KvStatus::freeBytes);
            kv("cached", KvStatus::cachedBytes);
            kv("used", kv -> kv.bytes() - kv.freeBytes() - kv.cachedBytes());
            found("hit", KvStatus::blockHits);
            found("miss", KvStatus::blockMisses);
        }

        private void kv(String state, ToDoubleFunction<KvStatus> bytes) {
            gauge("tidar.kv.memory", "memory for keys and values", now -> bytes.applyAsDouble(kv(now)))
                    .baseUnit(BaseUnits.BYTES)
                    .tag("state", state)
                    .register(registry);
            gauge("tidar.kv.blocks", "blocks of keys and values", now -> bytes.applyAsDouble(kv(now)) / blockBytes(now))
                    .baseUnit("blocks")
                    .tag("state", state)
                    .register(registry);
        }

        private void found(String result, ToDoubleFunction<KvStatus> blocks) {
            counter(
                            "tidar.prefix.cache.blocks",
                            "blocks that were looked for in the prefix cache; a search ends with the first miss",
                            now -> blocks.applyAsDouble(kv(now)))
                    .tag("result", result)
                    .register(registry);
        }

        private void work() {
            counter(
                            "tidar.prompt.tokens",
                            "tokens of all prompts whose prefill began",
                            now -> now.totals().promptTokens())
                    .register(registry);
            counter(
                            "tidar.prompt.tokens.cached",
                            "part of them that was found in the prefix cache",
                            now -> now.totals().cachedTokens())
                    .register(registry);
            counter(
                            "tidar.preemptions",
                            "how often the blocks of a request were taken for older ones",
                            now -> now.totals().preemptions())
                    .register(registry);
            counter(
                            "tidar.stalls",
                            "forwards that took longer than the warning of the watchdog",
                            now -> now.totals().stalls())
                    .register(registry);
        }

        private void steps() {
            gauge(
                            "tidar.time.since.step",
                            "since the last step that ended, while requests wait or run",
                            now -> now.activity().sinceStep().toNanos() / 1e9)
                    .baseUnit("seconds")
                    .register(registry);
            for (Kind kind : Kind.values()) {
                FunctionTimer.builder(
                                "tidar.step.time",
                                engine,
                                now -> steps(now, kind).steps(),
                                now -> steps(now, kind).time().toNanos(),
                                TimeUnit.NANOSECONDS)
                        .description("engine steps, by what their rows are for")
                        .tags(tags)
                        .tag("kind", word(kind).replace('_', '-'))
                        .register(registry);
            }
        }

        private static OfKind steps(Supplier<EngineStatus> engine, Kind kind) {
            return engine.get().activity().steps().kinds().stream()
                    .filter(steps -> steps.kind() == kind)
                    .findFirst()
                    .orElseGet(() -> new OfKind(kind, 0, Duration.ZERO));
        }

        private void drafts() {
            for (int position = 1; position <= StepTotals.MAX_POSITIONS; position++) {
                drafts("tidar.drafts.verified", "drafts that steps verified", position, OfPosition::verified);
                drafts("tidar.drafts.accepted", "drafts that verification accepted", position, OfPosition::accepted);
            }
        }

        private void drafts(String name, String description, int position, ToDoubleFunction<OfPosition> value) {
            counter(name, description + ", by their position in the draft block", now -> {
                        List<OfPosition> drafts = now.activity().steps().drafts();
                        return drafts.isEmpty() ? 0 : value.applyAsDouble(drafts.get(position - 1));
                    })
                    .tag("position", String.valueOf(position))
                    .register(registry);
        }

        private void memory() {
            memory("weights", MemoryStatus::weightBytes);
            memory("adapter", MemoryStatus::adapterBytes);
            memory("work", MemoryStatus::workBytes);
            memory("kv", MemoryStatus::kvBytes);
        }

        private void memory(String part, ToDoubleFunction<MemoryStatus> bytes) {
            gauge(
                            "tidar.device.memory",
                            "memory that the engine takes on its device",
                            now -> now.loaded()
                                    .map(loaded -> bytes.applyAsDouble(loaded.memory()))
                                    .orElse(0.0))
                    .baseUnit(BaseUnits.BYTES)
                    .tag("part", part)
                    .register(registry);
        }

        private Gauge.Builder<?> gauge(String name, String description, ToDoubleFunction<EngineStatus> value) {
            return Gauge.builder(name, () -> value.applyAsDouble(engine.get()))
                    .description(description)
                    .tags(tags);
        }

        private FunctionCounter.Builder<?> counter(
                String name, String description, ToDoubleFunction<EngineStatus> value) {
            return FunctionCounter.builder(name, engine, now -> value.applyAsDouble(now.get()))
                    .description(description)
                    .tags(tags);
        }

        private static KvStatus kv(EngineStatus now) {
            return now.loaded().map(EngineStatus.Loaded::kv).orElse(NO_KV);
        }

        private static long blockBytes(EngineStatus now) {
            return now.loaded().map(loaded -> loaded.memory().blockBytes()).orElse(1L);
        }

        private static String word(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT);
        }
    }
}
