package dev.tidar.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The committed native libraries")
class CommittedLibrariesTest {

    private static final Path NATIVE = KernelFiles.OUTPUT.resolve("native");
    private static final Path MANIFEST = NATIVE.resolve("NATIVE-MANIFEST");
    private static final int LARGEST = 300_000;

    @Test
    void belongToTheSourcesBesideThem() {
        List<String> expected = KernelFiles.nativeSources().stream()
                .map(source -> "source " + KernelFiles.digest(source) + " "
                        + source.toString().replace('\\', '/'))
                .toList();

        assertThat(manifestLines("source "))
                .as("hashes of the sources; after a change run: mvn -Pnative-kernels -pl kernels generate-resources")
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "linux-x86_64, libtidar_kernels.so",
        "linux-aarch64, libtidar_kernels.so",
        "windows-x86_64, tidar_kernels.dll"
    })
    void areWhatTheManifestSaysWasCompiled(String platform, String library) {
        Path file = NATIVE.resolve(platform).resolve(library);

        assertThat(manifestLines("output "))
                .contains("output " + KernelFiles.digest(file) + " " + platform + "/" + library);
        assertThat(file.toFile().length()).isLessThan(LARGEST);
    }

    /** Compiling also checks instructions and symbols; see {@code native.sh}. */
    @ParameterizedTest
    @CsvSource({
        "linux-x86_64, libtidar_kernels.so, sample full longest",
        "linux-aarch64, libtidar_kernels.so, longest",
        "windows-x86_64, tidar_kernels.dll, longest"
    })
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void areWhatTheCompilersOfTheManifestMakeOfTheSources(
            String platform, String library, String grids, @TempDir Path folder) throws Exception {
        String grid = System.getProperty("tidar.test.grid", "sample");
        assumeTrue(
                List.of(grids.split(" ")).contains(grid),
                () -> "takes a quarter of a minute: -Dtidar.test.grid=" + grids);
        String release = manifestLines("compiler " + platform + " ").get(0);
        Program compilers = Program.run("sh", "src/build/native.sh", "compilers", platform);
        assumeTrue(
                compilers.output().equals(release + "\n"), () -> "needs " + release + ", found " + compilers.output());

        Program build = Program.run("sh", "src/build/native.sh", folder.toString(), platform);

        assertThat(build.status()).as(build.output()).isZero();
        assertThat(Files.mismatch(
                        folder.resolve(platform).resolve(library),
                        NATIVE.resolve(platform).resolve(library)))
                .as("position of the first difference, -1 for none")
                .isEqualTo(-1);
    }

    private static List<String> manifestLines(String start) {
        return KernelFiles.read(MANIFEST)
                .lines()
                .filter(line -> line.startsWith(start))
                .toList();
    }
}
