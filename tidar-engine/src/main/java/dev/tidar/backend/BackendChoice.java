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
import java.util.stream.Stream;

/**
 * The backend of an engine, and why it was chosen over the others.
 *
 * @param backend owned by the receiver of the choice
 * @param isGpu whether the backend is a GPU, which another choice could replace
 * @param reason one sentence for log, status and health
 * @param degradations what the choice loses, and what would end that; empty unless the backend is a fallback
 */
public record BackendChoice(Backend backend, boolean isGpu, String reason, List<String> degradations) {

    public BackendChoice {
        degradations = List.copyOf(degradations);
    }

    /**
     * Chooses a backend by the options and by the devices of this machine.
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
            return cpu(options, "the options ask for the CPU", List.of());
        }
        Optional<Gpu> gpu = fit(probe.get(), options.device());
        if (gpu.isEmpty()) {
            return without(options, rejection(probe.get(), options.device()));
        }
        try {
            Backend backend = Backend.onGpu(options.weights(), arithmetic, gpu.get());
            return new BackendChoice(backend, true, probe.get().message(), List.of());
        } catch (DeviceException e) {
            if (!mayFallBack(options)) {
                throw e;
            }
            return fallbackFrom(gpu.get().id(), e, options);
        }
    }

    /** Chooses the CPU, because the GPU that was chosen before has failed. */
    public static BackendChoice fallbackFrom(String device, DeviceException failure, EngineOptions options) {
        return fallback("%s cannot be used: %s".formatted(device, failure.getMessage()), options);
    }

    private static BackendChoice fallback(String reason, EngineOptions options) {
        return cpu(options, reason, List.of("the CPU instead of a GPU, because " + reason));
    }

    /** Whether the CPU may take the place of a GPU that cannot be loaded. */
    public static boolean mayFallBack(EngineOptions options) {
        return options.device().kind() == Device.Kind.AUTO || options.deviceFallback() == DeviceFallback.CPU;
    }

    private static BackendChoice without(EngineOptions options, String rejection) {
        if (options.device().kind() == Device.Kind.AUTO) {
            return cpu(options, "no GPU: " + rejection, List.of());
        }
        if (options.deviceFallback() == DeviceFallback.CPU) {
            return fallback("%s cannot be used: %s".formatted(options.device(), rejection), options);
        }
        throw new DeviceException(
                "device %s cannot be used: %s; ask for device auto or cpu, or allow the fallback to the CPU"
                        .formatted(options.device(), rejection),
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

    private static String rejection(GpuProbe probe, Device device) {
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

    private static BackendChoice cpu(EngineOptions options, String reason, List<String> degradations) {
        int threads = options.threads().orElseGet(() -> Runtime.getRuntime().availableProcessors());
        CpuChoice cpu = CpuChoice.of(options.weights(), options.activations(), options.nativeKernels(), threads);
        List<String> all = Stream.concat(degradations.stream(), cpu.degradations().stream())
                .toList();
        return new BackendChoice(cpu.backend(), false, reason, all);
    }
}
