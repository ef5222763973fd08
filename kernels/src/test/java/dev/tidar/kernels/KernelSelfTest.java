package dev.tidar.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Runs what {@code src/test/cpp} tests, in a process of its own. */
@DisplayName("The kernels, run by a CPU")
class KernelSelfTest {

    private static final Path PROGRAM = Path.of("target/emulated/self_test");

    @Test
    void computeWhatTheirDefinitionsSay() throws Exception {
        assumeTrue(Files.isExecutable(PROGRAM), "the emulated device was not built: it needs g++ on x86-64 Linux");

        Process test =
                new ProcessBuilder(PROGRAM.toString()).redirectErrorStream(true).start();
        String output = new String(test.getInputStream().readAllBytes());

        assertThat(test.waitFor()).as(output).isZero();
        assertThat(output).contains("self-test of the kernels: passed");
    }
}
