package dev.tidar.backend;

import dev.tidar.api.Activations;
import dev.tidar.api.NativeKernels;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.backend.jni.NativeLibrary;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CPU backend with the fastest kernels that can run: native code, else vectors in Java, else plain Java. Each step
 * that is not taken is logged with its reason.
 *
 * @param backend owned by the receiver of the choice
 * @param degradations why faster kernels do not run, where somebody can do something about it
 */
record CpuChoice(Backend backend, List<String> degradations) {

    private static final Logger log = LoggerFactory.getLogger(CpuChoice.class);

    static CpuChoice of(WeightFormat weights, Activations activations, NativeKernels wish, int threads) {
        if (wish == NativeKernels.OFF) {
            log.info("TiDAR computes in Java, because the options turn native kernels off");
            return java(weights, activations, threads, List.of());
        }
        NativeLibrary.Outcome library = NativeLibrary.outcome();
        if (library.level().isPresent()) {
            return new CpuChoice(Backend.onNativeCpu(weights, activations, threads), List.of());
        }
        return java(weights, activations, threads, report(library));
    }

    /** Logs why native kernels do not run, and returns that as a degradation if somebody can end it. */
    static List<String> report(NativeLibrary.Outcome library) {
        if (!library.isRepairable()) {
            log.info("TiDAR computes in Java: {}", library.problem());
            return List.of();
        }
        log.warn("TiDAR computes in Java, several times slower than it could: {}", library.problem());
        return List.of("Java instead of native kernels: " + library.problem());
    }

    private static CpuChoice java(
            WeightFormat weights, Activations activations, int threads, List<String> degradations) {
        Backend backend = Backend.onCpu(weights, activations, threads, KernelChoice.automatic());
        return new CpuChoice(backend, degradations);
    }
}
