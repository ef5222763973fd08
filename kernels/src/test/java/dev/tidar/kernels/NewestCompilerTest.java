package dev.tidar.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The newest ptxas of this machine compiles the committed PTX for every common architecture. A driver has the same
 * compiler inside.
 */
@DisplayName("The newest PTX compiler of this machine")
class NewestCompilerTest {

    private static final Pattern VERSION = Pattern.compile("release [0-9.]+, V([0-9]+)\\.([0-9]+)\\.([0-9]+)");

    private static final CubinTable COMMITTED = CubinTable.read(KernelFiles.CUBINS);

    @TempDir
    private static Path folder;

    private static Program compilation;

    /** A compiler, and its version as a number that grows with it. */
    private record Compiler(Path path, int version) {}

    @BeforeAll
    static void compile() throws Exception {
        Optional<Compiler> newest = compilers().max(Comparator.comparingInt(Compiler::version));
        assumeTrue(newest.isPresent(), "needs ptxas of a CUDA toolkit, on the path or in /usr/local/cuda*/bin");
        compilation = Program.run(
                Map.of("PTXAS", newest.get().path().toString()),
                "sh",
                "src/build/cubins.sh",
                KernelFiles.PTX.toString(),
                folder.toString());
    }

    @Test
    void compilesTheKernelsForEachArchitecture() {
        assertThat(compilation.status()).as(compilation.output()).isZero();
    }

    @Test
    void spillsNoMoreThanWhatIsCommitted() {
        Map<String, Integer> more = new TreeMap<>();
        compiled().cells().forEach((kernel, cell) -> {
            CubinTable.Cell committed = COMMITTED.cells().get(kernel);
            if (committed == null || cell.spilledBytes() > committed.spilledBytes()) {
                more.put(kernel, cell.spilledBytes());
            }
        });

        assertThat(more)
                .as("bytes that kernels spill, beyond those in %s", KernelFiles.CUBINS)
                .isEmpty();
    }

    @Test
    void takesTheRegistersAndSharedMemoryOfTheTable() {
        assumeSameCompiler();

        assertThat(compiled().cells()).isEqualTo(COMMITTED.cells());
    }

    @Test
    void makesTheCommittedCubins() {
        assumeSameCompiler();

        assertThat(compiled().hashes()).isEqualTo(COMMITTED.hashes());
    }

    private static CubinTable compiled() {
        assertThat(compilation.status()).as(compilation.output()).isZero();
        return CubinTable.read(folder.resolve("CUBINS"));
    }

    private static void assumeSameCompiler() {
        String here = compiled().compiler();
        assumeTrue(
                COMMITTED.compiler().equals(here),
                () -> "needs ptxas %s, but the newest is %s".formatted(COMMITTED.compiler(), here));
    }

    private static Stream<Compiler> compilers() throws IOException {
        Stream<Path> onThePath = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(Path::of);
        return Stream.concat(onThePath, toolkits().stream())
                .map(f -> f.resolve("ptxas"))
                .filter(Files::isExecutable)
                .flatMap(path -> version(path).map(v -> new Compiler(path, v)).stream());
    }

    private static List<Path> toolkits() throws IOException {
        Path parent = Path.of("/usr/local");
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.filter(f -> f.getFileName().toString().startsWith("cuda"))
                    .map(f -> f.resolve("bin"))
                    .toList();
        }
    }

    private static Optional<Integer> version(Path ptxas) {
        try {
            Matcher version =
                    VERSION.matcher(Program.run(ptxas.toString(), "--version").output());
            return version.find()
                    ? Optional.of(Integer.parseInt(version.group(1)) * 1_000_000
                            + Integer.parseInt(version.group(2)) * 10_000
                            + Integer.parseInt(version.group(3)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
