package dev.tidar.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The committed PTX")
class CommittedPtxTest {

    private static final Pattern RELEASE = Pattern.compile("release ([0-9.]+)");

    @Test
    void belongsToTheSourcesBesideIt() {
        List<String> expected = new ArrayList<>();
        for (Path source : KernelFiles.sources()) {
            expected.add("source " + KernelFiles.digest(source) + " "
                    + source.toString().replace('\\', '/'));
        }

        assertThat(manifestLines("source "))
                .as("hashes of the sources; after a change run: mvn -Pkernels -pl kernels generate-resources")
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void isWhatTheManifestSaysWasCompiled() {
        assertThat(manifestLines("output "))
                .containsExactly("output " + KernelFiles.digest(KernelFiles.PTX) + " tidar-sm80.ptx");
    }

    @Test
    void isForDriversFromCuda12AndDevicesFromSm80() {
        assertThat(KernelFiles.read(KernelFiles.PTX)).startsWith(".version 8.0\n.target sm_80\n.address_size 64\n");
    }

    /** A driver's compiler rejects pragmas of a newer PTX version than the one that the file states. */
    @Test
    void holdsNoPragmasButThoseOfLoops() {
        assertThat(KernelFiles.read(KernelFiles.PTX).lines().filter(line -> line.contains(".pragma")))
                .extracting(String::strip)
                .containsOnly(".pragma \"nounroll\";");
    }

    @Test
    void isWhatTheCompilerOfTheManifestMakesOfTheSources(@TempDir Path folder) throws Exception {
        String release = manifestLines("compiler ").get(0).substring("compiler ".length());
        String here = nvccRelease();
        assumeTrue(release.equals(here), () -> "needs nvcc " + release + ", found " + here);

        Process compile = new ProcessBuilder("sh", "src/build/compile.sh", folder.toString(), "ptx")
                .inheritIO()
                .start();

        assertThat(compile.waitFor()).isZero();
        assertThat(folder.resolve("tidar-sm80.ptx")).hasSameTextualContentAs(KernelFiles.PTX);
        assertThat(folder.resolve("MANIFEST")).hasSameTextualContentAs(KernelFiles.MANIFEST);
    }

    private static List<String> manifestLines(String start) {
        return KernelFiles.read(KernelFiles.MANIFEST)
                .lines()
                .filter(line -> line.startsWith(start))
                .toList();
    }

    /** Release of the nvcc on the path, or a word that there is none. */
    private static String nvccRelease() throws InterruptedException {
        try {
            Process version = new ProcessBuilder("nvcc", "--version").start();
            String text = new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            version.waitFor();
            Matcher release = RELEASE.matcher(text);
            return release.find() ? release.group(1) : "an unknown one";
        } catch (IOException e) {
            return "none";
        }
    }
}
