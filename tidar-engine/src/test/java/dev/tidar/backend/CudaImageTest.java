package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.EmulatedGpu;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@EmulatedGpuTest
@Tag("emulated-driver")
@DisplayName("What the driver loads of the kernels")
class CudaImageTest {

    private static final int NO_BINARY_FOR_GPU = 209;
    private static final int UNSUPPORTED_PTX_VERSION = 222;

    @ParameterizedTest
    @ValueSource(ints = {80, 86, 89, 90, 100, 120})
    void isACubinOnTheCommonArchitectures(int capability) {
        EmulatedGpu.capability(capability);

        assertThat(kernels()).isEqualTo("cuda-f32-sm" + capability);
    }

    @ParameterizedTest(name = "compute capability {0}, CUDA {1}")
    @CsvSource({"87, 13000", "103, 13000", "121, 13000", "90, 12080", "80, 12000"})
    void isThePtxOnOtherArchitecturesAndWithOlderDrivers(int capability, int driver) {
        EmulatedGpu.capability(capability);
        EmulatedGpu.driver(driver);

        assertThat(kernels()).isEqualTo("cuda-f32-ptx");
    }

    @ParameterizedTest
    @ValueSource(ints = {NO_BINARY_FOR_GPU, UNSUPPORTED_PTX_VERSION})
    void isThePtxWhereTheDriverRejectsTheCubin(int code) {
        EmulatedGpu.reject(EmulatedGpu.Call.LOAD, 1, code);

        assertThat(kernels()).isEqualTo("cuda-f32-ptx");
        assertThat(EmulatedGpu.rejectionIsPending(EmulatedGpu.Call.LOAD)).isFalse();
    }

    /** A newer toolkit would make cubins that need a newer driver. */
    @Test
    void isMadeByTheToolkitWhoseDriversTakeIt() throws IOException {
        try (InputStream table = Backend.class.getResourceAsStream("/dev/tidar/kernels/CUBINS")) {
            String compiler = new String(table.readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(compiler).startsWith("compiler 13.");
        }
    }

    /** The name of the kernels of a backend on the only GPU, on which one of them has run. */
    private static String kernels() {
        try (Backend backend = Backend.onGpu(WeightFormat.AUTO, Arithmetic.STRICT, EmulatedGpu.gpu())) {
            Tensor x = backend.allocate(1, 3);
            Tensor y = backend.allocate(1, 3);
            backend.rmsNorm(y, x, backend.gain(new float[] {1, 1, 1}), 1e-5f, 1);
            assertThat(backend.read(y, 1)).containsExactly(0, 0, 0);
            return backend.facts().kernels();
        }
    }
}
