package dev.tidar.decode;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.CpuBackend;
import dev.tidar.backend.cpu.KernelChoice;
import java.util.Locale;
import java.util.stream.Stream;

/** The two families of CPU kernels; the tests' own JVM is started with the vector module. */
public enum TestKernels {
    VECTOR {
        @Override
        KernelChoice choice() {
            return KernelChoice.vector();
        }
    },
    PLAIN {
        @Override
        KernelChoice choice() {
            return KernelChoice.plain();
        }
    };

    abstract KernelChoice choice();

    public CpuBackend backend(WeightFormat weights) {
        return new CpuBackend(weights, 1, choice());
    }

    public static Stream<TestKernels> available() {
        return Stream.of(values());
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
