package dev.tidar.backend.cuda.driver;

import java.util.List;
import java.util.Optional;

/**
 * The GPUs that the engine can use, or the reason why there is none. Running it is cheap, takes no memory of a device,
 * and never throws.
 *
 * @param outcome the first thing that is missing, or USABLE
 * @param message one line for people: the devices, or what is missing
 * @param gpus the devices that the driver lists, whether or not the kernels can run on them; empty if the driver could
 *     not be asked
 */
public record GpuProbe(Outcome outcome, String message, List<Gpu> gpus) {

    /**
     * The oldest driver that can be used: CUDA 12.0, which came with driver 525, has the version of PTX that the
     * kernels are written in.
     */
    static final int MIN_DRIVER = 12000;

    /** The outcomes of a probe. */
    public enum Outcome {
        USABLE,
        NO_JCUDA,
        NO_DRIVER,
        NATIVE_LIBRARY_UNUSABLE,
        DRIVER_FAILED,
        DRIVER_TOO_OLD,
        NO_DEVICE,
        ARCHITECTURE_TOO_OLD
    }

    public GpuProbe {
        gpus = List.copyOf(gpus);
    }

    /** Asks the driver. */
    public static GpuProbe run() {
        Optional<JCudaLibrary.Problem> problem = JCudaLibrary.problem();
        if (problem.isPresent()) {
            return nothing(problem.get().outcome(), problem.get().message());
        }
        try {
            return JCudaDevices.probe();
        } catch (LinkageError e) { // a driver that lacks a function
            return nothing(Outcome.NATIVE_LIBRARY_UNUSABLE, "the CUDA driver cannot be asked: " + e.getMessage());
        }
    }

    static GpuProbe nothing(Outcome outcome, String message) {
        return new GpuProbe(outcome, message, List.of());
    }

    /** The outcome for a driver of this version with these devices. */
    static GpuProbe of(int driver, List<Gpu> gpus) {
        if (driver < MIN_DRIVER) {
            return nothing(
                    Outcome.DRIVER_TOO_OLD,
                    "the NVIDIA driver knows CUDA %s, but %s (driver 525) is the minimum; update the driver"
                            .formatted(version(driver), version(MIN_DRIVER)));
        }
        if (gpus.isEmpty()) {
            return nothing(Outcome.NO_DEVICE, "the NVIDIA driver finds no device");
        }
        if (gpus.stream().allMatch(gpu -> gpu.unfit().isPresent())) {
            return new GpuProbe(
                    Outcome.ARCHITECTURE_TOO_OLD, gpus.get(0).unfit().orElseThrow(), gpus);
        }
        return new GpuProbe(
                Outcome.USABLE,
                "%d device(s), driver for CUDA %s: %s"
                        .formatted(
                                gpus.size(),
                                version(driver),
                                String.join(", ", gpus.stream().map(Gpu::name).toList())),
                gpus);
    }

    /** The version of CUDA that a driver knows, as people write it: 12.8 for 12080. */
    static String version(int driver) {
        return "%d.%d".formatted(driver / 1000, driver % 1000 / 10);
    }
}
