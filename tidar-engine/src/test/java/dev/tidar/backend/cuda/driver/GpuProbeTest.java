package dev.tidar.backend.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.backend.cuda.driver.GpuProbe.Outcome;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The probe for GPUs")
class GpuProbeTest {

    private static final Gpu AMPERE = new Gpu(0, "NVIDIA A100", 40L << 30, 8, 0, 108);
    private static final Gpu TURING = new Gpu(1, "Tesla T4", 16L << 30, 7, 5, 40);

    @Test
    void acceptsAmpereAndDriversFromCuda12() {
        GpuProbe probe = GpuProbe.of(12000, List.of(TURING, AMPERE));

        assertThat(probe.outcome()).isEqualTo(Outcome.USABLE);
        assertThat(probe.message()).isEqualTo("2 device(s), driver for CUDA 12.0: Tesla T4, NVIDIA A100");
    }

    @Test
    void namesTheOldDriverEvenWhereTheDeviceIsFit() {
        assertThat(GpuProbe.of(11080, List.of(AMPERE)).outcome()).isEqualTo(Outcome.DRIVER_TOO_OLD);
    }

    @Test
    void namesTheOldDeviceWhereThereIsNoOther() {
        GpuProbe probe = GpuProbe.of(13000, List.of(TURING));

        assertThat(probe.outcome()).isEqualTo(Outcome.ARCHITECTURE_TOO_OLD);
        assertThat(probe.message()).contains("Tesla T4", "7.5", "8.0");
    }

    @Test
    void distinguishesAMissingDriverFromALibraryThatDoesNotLoad() {
        var driver = new UnsatisfiedLinkError("page 1\nlibcuda.so.1: cannot open shared object file\npage 2");
        var library = new UnsatisfiedLinkError("no JCudaDriver in java.library.path\nand more");

        assertThat(JCudaLibrary.unusable(driver))
                .isEqualTo(
                        new JCudaLibrary.Problem(Outcome.NO_DRIVER, "no NVIDIA driver: libcuda.so.1 cannot be opened"));
        assertThat(JCudaLibrary.unusable(library).outcome()).isEqualTo(Outcome.NATIVE_LIBRARY_UNUSABLE);
        assertThat(JCudaLibrary.unusable(library).message()).doesNotContain("\n");
    }

    @Test
    void ofThisMachineIsOneLine() {
        GpuProbe probe = GpuProbe.run();

        assertThat(probe.message()).isNotBlank().doesNotContain("\n");
        assertThat(probe.gpus().isEmpty())
                .isEqualTo(probe.outcome() != Outcome.USABLE && probe.outcome() != Outcome.ARCHITECTURE_TOO_OLD);
    }
}
