package dev.tidar.backend;

import dev.tidar.backend.cuda.EmulatedPtxTest;
import org.junit.jupiter.api.DisplayName;

@EmulatedPtxTest
@DisplayName("Attention of the CUDA backend on the PTX that ships")
class CudaPtxAttentionTest extends CudaAttentionTest {}
