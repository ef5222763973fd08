package dev.tidar.backend;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.jni.WithNativeKernels;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Attention of the CPU backend on native kernels")
@WithNativeKernels
class NativeCpuAttentionTest extends AttentionContract {

    @Override
    Backend create(WeightFormat weights) {
        return Backend.onNativeCpu(weights, Activations.FLOAT, 2);
    }
}
