package dev.tidar.decode;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.CpuKernels;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.EmulatedGpu;
import java.util.Locale;
import java.util.stream.Stream;

/** The families of kernels, with activations in float; the tests' own JVM is started with the vector module. */
public enum TestKernels {
    VECTOR {
        @Override
        Backend backend(WeightFormat weights) {
            return CpuKernels.VECTOR.backend(weights, Activations.FLOAT, 1);
        }
    },
    PLAIN {
        @Override
        Backend backend(WeightFormat weights) {
            return CpuKernels.PLAIN.backend(weights, Activations.FLOAT, 1);
        }
    },
    NATIVE {
        @Override
        Backend backend(WeightFormat weights) {
            return CpuKernels.NATIVE.backend(weights, Activations.FLOAT, 1);
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
        return Stream.of(VECTOR, PLAIN, NATIVE);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
