package dev.tidar.decode;

import dev.tidar.backend.cuda.EmulatedGpuTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.provider.Arguments;

/** One family for each thing that a kernel does for it: window, query scale, layers that stand still, factor, parts. */
@EmulatedGpuTest
@DisplayName("The families on the emulated GPU")
class CudaFamilyGoldenTest extends FamilyGoldenTest {

    static Stream<Arguments> families() {
        return Stream.of("qwen2", "ministral3", "smollm3", "granite", "phi4-mini")
                .map(name -> Arguments.of(name, TestKernels.CUDA));
    }

    @Override
    Stream<StepLayout> layouts() {
        return Stream.of(GoldenTest.all(4));
    }
}
