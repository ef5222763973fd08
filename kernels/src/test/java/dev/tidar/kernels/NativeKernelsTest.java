package dev.tidar.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the programs of {@code src/test/c}: each level, bit for bit, between pages that fault. */
@DisplayName("The native kernels")
class NativeKernelsTest {

    private static final Path PROGRAMS = Path.of("target/native");
    private static final Path LIBRARIES = KernelFiles.OUTPUT.resolve("native");

    @Test
    void computeTheDefinitionAtEveryLevelOfThisProcessor() throws Exception {
        assertPasses("plain C", library("linux-x86_64"), program("kernels_test"));
    }

    @Test
    void touchNoMemoryThatIsNotTheirsAndDependOnNothingUndefined() throws Exception {
        assertPasses("plain C, AVX2", Map.of(), program("kernels_test_sanitized"), "brief");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"cortex-a72, plain arm64", "neoverse-n1, dotprod", "max, i8mm"})
    void computeTheDefinitionOnArm(String processor, String level) throws Exception {
        assumeTrue(isOnPath("qemu-aarch64"), "needs qemu-aarch64 (Debian's qemu-user)");
        assertPasses(
                "(" + level + ")",
                library("linux-aarch64"),
                "qemu-aarch64",
                "-L",
                "/usr/aarch64-linux-gnu",
                "-cpu",
                processor,
                program("kernels_test_aarch64"),
                "brief",
                "highest");
    }

    private static void assertPasses(String levels, Map<String, String> environment, String... command)
            throws Exception {
        Program test = Program.run(environment, command);
        assertThat(test.output()).contains("native kernels: passed").contains(levels);
        assertThat(test.status()).isZero();
    }

    private static Map<String, String> library(String platform) {
        Path library = LIBRARIES.resolve(platform).resolve("libtidar_kernels.so");
        return Map.of("TIDAR_NATIVE_LIBRARY", library.toAbsolutePath().toString());
    }

    private static String program(String name) {
        Path program = PROGRAMS.resolve(name);
        assumeTrue(Files.isExecutable(program), name + " was not built: see what src/build/native-test.sh said");
        return program.toString();
    }

    private static boolean isOnPath(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }
}
