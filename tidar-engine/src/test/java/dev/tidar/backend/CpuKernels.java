package dev.tidar.backend;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.backend.jni.WithNativeKernels;

/** The kernels of the CPU; the tests' own JVM is started with the vector module. */
public enum CpuKernels {
    PLAIN,
    VECTOR,
    NATIVE;

    /** A backend on these kernels; skips the test where native kernels cannot run. */
    public Backend backend(WeightFormat weights, Activations activations, int threads) {
        return switch (this) {
            case PLAIN -> Backend.onCpu(weights, activations, threads, KernelChoice.plain());
            case VECTOR -> Backend.onCpu(weights, activations, threads, KernelChoice.vector());
            case NATIVE -> {
                assumeTrue(
                        WithNativeKernels.Condition.isMet(),
                        "there are no native kernels for this system and processor");
                yield Backend.onNativeCpu(weights, activations, threads);
            }
        };
    }
}
