package dev.tidar.backend;

import dev.tidar.api.Device;
import dev.tidar.api.DeviceException;
import dev.tidar.api.DeviceFallback;
import dev.tidar.api.EngineOptions;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.driver.Gpu;
import dev.tidar.backend.cuda.driver.GpuProbe;
import java.util.List;
import java.util.Optional;

/**
 * The backend of an engine: what was chosen, and why not the others.
 *
 * @param backend owned by whoever receives the choice
 * @param reason one sentence for log, status and health
 * @param degradations what was lost by the choice and what would end it; empty unless it is a fallback
 */
public record BackendChoice(Backend backend, String reason, List<String> degradations) {

    public BackendChoice {
        degradations = List.copyOf(degradations);
    }

    /**
     * Chooses by the options and by what there is.
     *
     * @param arithmetic how a GPU would compute
     * @throws DeviceException if a GPU is asked for, cannot be used, and falling back is not allowed
     */
    public static BackendChoice of(EngineOptions options, Arithmetic arithmetic) {
        return of(
                options,
                arithmetic,
                options.device().kind() == Device.Kind.CPU ? Optional.empty() : Optional.of(GpuProbe.run()));
    }

    /** @param probe empty where no GPU is asked for */
    static BackendChoice of(EngineOptions options, Arithmetic arithmetic, Optional<GpuProbe> probe) {
        if (probe.isEmpty()) {
            return new BackendChoice(cpu(options), "the options ask for the CPU", List.of());
        }
        Optional<Gpu> gpu = fit(probe.get(), options.device());
        if (gpu.isEmpty()) {
            return without(options, refusal(probe.get(), options.device()));
        }
        try {
            CudaBackend backend = new CudaBackend(options.weights(), arithmetic, gpu.get());
            return new BackendChoice(backend, probe.get().message(), List.of());
        } catch (DeviceException e) {
            if (!mayReplace(options)) {
                throw e;
            }
            return insteadOf(gpu.get().id(), e, options);
        }
    }

    /** The CPU, because a GPU that was chosen has failed. */
    public static BackendChoice insteadOf(String device, DeviceException failure, EngineOptions options) {
        return instead("%s cannot be used: %s".formatted(device, failure.getMessage()), options);
    }

    private static BackendChoice instead(String reason, EngineOptions options) {
        return new BackendChoice(cpu(options), reason, List.of("the CPU instead of a GPU, because " + reason));
    }

    /** Whether the CPU may take the place of a GPU that cannot be loaded. */
    public static boolean mayReplace(EngineOptions options) {
        return options.device().kind() == Device.Kind.AUTO || options.deviceFallback() == DeviceFallback.CPU;
    }

    /** Whether this is a GPU, which another choice could replace. */
    public boolean isGpu() {
        return backend instanceof CudaBackend;
    }

    private static BackendChoice without(EngineOptions options, String refusal) {
        if (options.device().kind() == Device.Kind.AUTO) {
            return new BackendChoice(cpu(options), "no GPU: " + refusal, List.of());
        }
        if (options.deviceFallback() == DeviceFallback.CPU) {
            return instead("%s cannot be used: %s".formatted(options.device(), refusal), options);
        }
        throw new DeviceException(
                "device %s cannot be used: %s; ask for device auto or cpu, or allow the fallback to the CPU"
                        .formatted(options.device(), refusal),
                null);
    }

    private static Optional<Gpu> fit(GpuProbe probe, Device device) {
        if (probe.outcome() != GpuProbe.Outcome.USABLE) {
            return Optional.empty();
        }
        return probe.gpus().stream()
                .filter(gpu -> gpu.unfit().isEmpty())
                .filter(gpu -> device.ordinal().orElse(gpu.ordinal()) == gpu.ordinal())
                .findFirst();
    }

    private static String refusal(GpuProbe probe, Device device) {
        if (probe.outcome() != GpuProbe.Outcome.USABLE) {
            return probe.message();
        }
        return probe.gpus().stream()
                .filter(gpu -> gpu.ordinal() == device.ordinal().orElseThrow())
                .flatMap(gpu -> gpu.unfit().stream())
                .findFirst()
                .orElseGet(() -> "the driver lists %d GPU(s), numbered from 0"
                        .formatted(probe.gpus().size()));
    }

    private static Backend cpu(EngineOptions options) {
        int threads = options.threads().orElseGet(() -> Runtime.getRuntime().availableProcessors());
        return new CpuBackend(options.weights(), threads);
    }
}
