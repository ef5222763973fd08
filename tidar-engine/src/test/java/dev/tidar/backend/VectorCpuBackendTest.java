package dev.tidar.backend;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.KernelChoice;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The CPU backend on vector kernels")
class VectorCpuBackendTest extends BackendContract {

    @Override
    Backend create(WeightFormat weights) {
        return Backend.onCpu(weights, 2, KernelChoice.vector());
    }
}
