package dev.tidar.backend;

import dev.tidar.backend.cuda.EmulatedPtxTest;
import org.junit.jupiter.api.DisplayName;

@EmulatedPtxTest
@DisplayName("The CUDA backend on the PTX that ships")
class CudaPtxBackendTest extends CudaBackendTest {}
