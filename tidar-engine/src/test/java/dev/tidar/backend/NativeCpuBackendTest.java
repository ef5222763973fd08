package dev.tidar.backend;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.jni.WithNativeKernels;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The CPU backend on native kernels, activations in float")
@WithNativeKernels
class NativeCpuBackendTest extends BackendContract {

    @Override
    Backend create(WeightFormat weights) {
        return Backend.onNativeCpu(weights, Activations.FLOAT, 2);
    }
}
