package dev.tidar.decode;

import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.decode.StepLayout.TwoPass;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.provider.Arguments;

/** One case of each model, and no wide layouts: the emulated GPU takes milliseconds for what a GPU does in none. */
@EmulatedGpuTest
@DisplayName("The goldens on the emulated GPU")
class CudaGoldenTest extends GoldenTest {

    static Stream<Arguments> models() {
        return MODELS.stream().map(name -> Arguments.of(name, TestKernels.CUDA));
    }

    static Stream<Arguments> traced() {
        return TRACED.stream().map(name -> Arguments.of(name, TestKernels.CUDA));
    }

    @Override
    Stream<StepLayout> layouts() {
        return Stream.of(StepLayout.AUTOREGRESSIVE, outcomes(8, 2), new TwoPass(3));
    }

    @Override
    int numCases() {
        return 1;
    }

    @Override
    List<Integer> draftLengths() {
        return List.of(2, 4);
    }
}
