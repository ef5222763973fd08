package dev.tidar.backend;

import dev.tidar.backend.cuda.EmulatedPtxTest;
import org.junit.jupiter.api.DisplayName;

@EmulatedPtxTest
@DisplayName("Fast arithmetic on the PTX that ships")
class CudaPtxFastTest extends CudaFastTest {}
