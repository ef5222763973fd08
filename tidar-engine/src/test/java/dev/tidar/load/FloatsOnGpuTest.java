package dev.tidar.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.tensor.HeadGeometry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Why a GPU computes in float32")
class FloatsOnGpuTest {

    @ParameterizedTest(name = "{0} heads, {1} of keys, of {2}")
    @CsvSource({"32, 8, 128", "14, 2, 64", "64, 1, 64"})
    void isNothingWhereTheTensorCoresComputeEverything(int heads, int kvHeads, int headDim) {
        assertThat(FloatsOnGpu.reasons(Arithmetic.FAST, new HeadGeometry(heads, kvHeads, headDim)))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0} heads, {1} of keys, of {2}")
    @CsvSource({"32, 32, 80", "16, 8, 256", "65, 1, 64"})
    void isAShapeOfHeadsThatHasNoKernel(int heads, int kvHeads, int headDim) {
        assertThat(FloatsOnGpu.reasons(Arithmetic.FAST, new HeadGeometry(heads, kvHeads, headDim)))
                .singleElement()
                .asString()
                .contains("heads of " + headDim, "heads of 64 and 128", "set the device to cpu");
    }

    @Test
    void isThatTheWeightsAreStoredSo() {
        assertThat(FloatsOnGpu.reasons(Arithmetic.STRICT, new HeadGeometry(32, 8, 128)))
                .singleElement()
                .asString()
                .contains("stored as float32", "set the weight format to bf16 or int8");
    }
}
