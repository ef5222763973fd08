package dev.tidar.backend;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.KernelChoice;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Attention of the CPU backend on plain loops")
class PlainCpuAttentionTest extends AttentionContract {

    @Override
    Backend create(WeightFormat weights) {
        return Backend.onCpu(weights, 2, KernelChoice.plain());
    }
}
