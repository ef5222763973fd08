package dev.tidar.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the programs of {@code src/test/cpp}, each in a process of its own. */
@DisplayName("On the emulated device")
class KernelSelfTest {

    private static final Path PROGRAMS = Path.of("target/emulated");

    @ParameterizedTest(name = "threads run in {0} order")
    @ValueSource(strings = {"ascending", "descending"})
    void everyKernelComputesWhatItsHeaderSays(String order) throws Exception {
        assertThat(run("kernel_test", Map.of("TIDAR_EMU_ORDER", order))).contains("kernels: passed");
    }

    @Test
    void everyKernelComputesFromItsPtxTheBitsThatItsSourceComputes() throws Exception {
        assertThat(run("kernel_test", Map.of("TIDAR_EMU_ENGINE", "both"))).contains("kernels: passed");
    }

    @Test
    void theEngineOfThePtxKeepsToTheManualAndNoticesMistakes() throws Exception {
        assertThat(run("ptx_test", Map.of())).contains("PTX engine: passed");
    }

    @Test
    void theDriverNoticesMistakesAndRunsLate() throws Exception {
        assertThat(run("driver_test", Map.of())).contains("emulated driver: passed");
    }

    @Test
    void theBenchmarkForGpusRuns() throws Exception {
        assertThat(run("kernel_bench", Map.of())).contains("attention bf16");
    }

    /** What the program prints; it must end with success. */
    private static String run(String name, Map<String, String> environment) throws IOException, InterruptedException {
        Path program = PROGRAMS.resolve(name);
        assumeTrue(
                Files.isExecutable(program),
                "the emulated device was not built: it needs g++ on x86-64 Linux, and -Dtidar.test.grid=sample");
        ProcessBuilder builder = new ProcessBuilder(program.toString()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
