package dev.tidar.backend;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.EmulatedGpu;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import org.junit.jupiter.api.DisplayName;

@EmulatedGpuTest
@DisplayName("Attention of the CUDA backend on the emulated GPU")
class CudaAttentionTest extends AttentionContract {

    @Override
    Backend create(WeightFormat weights) {
        return Backend.onGpu(weights, Arithmetic.STRICT, EmulatedGpu.gpu());
    }
}
