package dev.tidar.decode;

import dev.tidar.TestGrid;
import dev.tidar.backend.cuda.EmulatedPtxTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.provider.Arguments;

/** One model in each layout; all models on the longest grid. */
@EmulatedPtxTest
@DisplayName("The goldens on the PTX that ships")
class CudaPtxGoldenTest extends CudaGoldenTest {

    static Stream<Arguments> models() {
        return MODELS.stream()
                .limit(TestGrid.sizeOfLongest(1, MODELS.size()))
                .map(name -> Arguments.of(name, TestKernels.CUDA));
    }
}
