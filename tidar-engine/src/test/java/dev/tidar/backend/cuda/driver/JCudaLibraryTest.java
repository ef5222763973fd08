package dev.tidar.backend.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.decode.TestModel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("JCuda's native library")
class JCudaLibraryTest {

    @Test
    void mayBeAbsentWithAllOfJCuda(@TempDir Path temporary) throws Exception {
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("jcuda"))
                .collect(Collectors.joining(File.pathSeparator));

        String said = run(classPath, temporary);

        assertThat(said).contains("READY or DEGRADED on cpu", "org.jcuda:jcuda is not on the class path");
    }

    @Test
    void leavesNothingInTheTemporaryFolder(@TempDir Path temporary) throws Exception {
        run(System.getProperty("java.class.path"), temporary);

        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left.filter(p ->
                            p.getFileName().toString().toLowerCase(Locale.ROOT).contains("jcuda")))
                    .isEmpty();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void sweepsItsOwnLeftOversAndNothingThatOthersPlanted(@TempDir Path temporary) throws IOException {
        Path own = Files.createDirectory(temporary.resolve("tidar-jcuda-own"));
        Path left = Files.createDirectory(temporary.resolve("tidar-jcuda-left"));
        Files.createFile(left.resolve("libJCudaDriver.so"));
        Path precious = Files.createDirectory(temporary.resolve("precious"));
        Files.createFile(precious.resolve("file"));
        Files.createSymbolicLink(temporary.resolve("tidar-jcuda-planted"), precious);
        for (Path old : List.of(left, precious)) {
            Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        }

        JCudaLibrary.sweep(own);

        assertThat(left).doesNotExist();
        assertThat(own).exists();
        assertThat(precious.resolve("file")).exists();
    }

    /** In a process of its own, because a process loads a library once. */
    private static String run(String classPath, Path temporary) throws IOException, InterruptedException {
        return run(classPath, temporary, Path.of("/nowhere"));
    }

    /** @param libraries where the loader looks for shared libraries first */
    static String run(String classPath, Path temporary, Path libraries) throws IOException, InterruptedException {
        List<String> command = Arrays.asList(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-Xmx512m",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                classPath,
                Loading.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (Files.exists(libraries)) {
            builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        }
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** Loads a model where it best can. */
    static final class Loading {
        public static void main(String[] args) {
            var options = EngineOptions.builder(TestModel.folder("models/stories260k-tidar"))
                    .threads(1)
                    .contextLength(64)
                    .build();
            try (TidarEngine engine = TidarEngine.load(options)) {
                System.out.println("READY or DEGRADED on " + engine.status().device() + ": "
                        + engine.status().deviceReason());
            }
        }
    }
}
