package dev.tidar.decode;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.EmulatedGpu;
import java.util.Locale;
import java.util.stream.Stream;

/** The families of kernels; the tests' own JVM is started with the vector module. */
public enum TestKernels {
    VECTOR {
        @Override
        Backend backend(WeightFormat weights) {
            return Backend.onCpu(weights, 1, KernelChoice.vector());
        }
    },
    PLAIN {
        @Override
        Backend backend(WeightFormat weights) {
            return Backend.onCpu(weights, 1, KernelChoice.plain());
        }
    },
    CUDA {
        @Override
        Backend backend(WeightFormat weights) {
            return Backend.onGpu(weights, Arithmetic.STRICT, EmulatedGpu.gpu());
        }
    };

    abstract Backend backend(WeightFormat weights);

    /** Those that need no device. */
    public static Stream<TestKernels> available() {
        return Stream.of(VECTOR, PLAIN);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
