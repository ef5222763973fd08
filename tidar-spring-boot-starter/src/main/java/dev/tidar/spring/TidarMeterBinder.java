package dev.tidar.spring;

import dev.tidar.api.EngineStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Gauges of an engine, each tagged with the model, the device and the backend, that is, the kernels in use. */
public class TidarMeterBinder implements MeterBinder {
    private final Supplier<EngineStatus> engine;

    public TidarMeterBinder(Supplier<EngineStatus> engine) {
        this.engine = engine;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        EngineStatus status = engine.get();
        Tags tags = Tags.of("model", status.model().name(), "device", status.device(), "backend", status.backend());
        gauge("tidar.requests.queued", "requests that wait", EngineStatus::queued)
                .tags(tags)
                .register(registry);
        gauge("tidar.requests.running", "requests that are decoded now", EngineStatus::running)
                .tags(tags)
                .register(registry);
        gauge(
                        "tidar.degradations",
                        "fallbacks that are active",
                        now -> now.degradations().size())
                .tags(tags)
                .register(registry);
        gauge(
                        "tidar.kv.size",
                        "memory set aside for keys and values",
                        now -> now.kv().bytes())
                .baseUnit(BaseUnits.BYTES)
                .tags(tags)
                .register(registry);
        gauge(
                        "tidar.kv.free",
                        "part of that memory that no sequence holds",
                        now -> now.kv().freeBytes())
                .baseUnit(BaseUnits.BYTES)
                .tags(tags)
                .register(registry);
    }

    private Gauge.Builder<?> gauge(String name, String description, ToDoubleFunction<EngineStatus> value) {
        return Gauge.builder(name, () -> value.applyAsDouble(engine.get())).description(description);
    }
}
