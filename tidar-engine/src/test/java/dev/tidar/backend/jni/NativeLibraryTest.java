package dev.tidar.backend.jni;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The native library")
class NativeLibraryTest {

    private static final String OS = System.getProperty("os.name");
    private static final String ARCH = System.getProperty("os.arch");

    @TempDir
    private Path temporary;

    @Test
    @WithNativeKernels
    void runsAtTheBestLevelOfThisProcessor() {
        NativeLibrary.Outcome outcome = NativeLibrary.outcome();

        assertThat(outcome.problem()).isEmpty();
        assertThat(outcome.level()).isPresent();
    }

    @Test
    @WithNativeKernels
    void isDeletedOnceItIsLoaded() throws IOException {
        NativeLibrary.outcome();
        List<Path> loaded = new ArrayList<>();
        new NativeLibrary(NativeLibraryTest::shipped, this::folder, loaded::add, NativeKernels.VERSION).load(OS, ARCH);

        assertThat(loaded).hasSize(1);
        try (Stream<Path> left = Files.walk(temporary)) {
            assertThat(left).containsExactly(temporary);
        }
    }

    @Test
    void isNotClaimedForOtherSystems() {
        for (String platform :
                new String[] {"Mac OS X/aarch64", "FreeBSD/amd64", "Linux/riscv64", "Windows 11/aarch64"}) {
            String[] parts = platform.split("/");
            NativeLibrary.Outcome outcome = library(NativeLibraryTest::shipped).load(parts[0], parts[1]);

            assertThat(outcome.level()).isEmpty();
            assertThat(outcome.isRepairable()).isFalse();
            assertThat(outcome.problem()).isEqualTo("there is no native library for %s on %s", parts[0], parts[1]);
        }
    }

    @Test
    void thatIsCorruptIsNotLoaded() {
        assertProblem(
                library(path -> shipped(path).map(bytes -> {
                            if (path.endsWith("-MANIFEST")) {
                                return bytes;
                            }
                            bytes[bytes.length / 2] ^= 1;
                            return bytes;
                        }))
                        .load("Linux", "amd64"),
                "is not the one of its manifest",
                "put one intact version of tidar-kernels on the class path");
    }

    @Test
    void thatIsMissingIsNamed() {
        assertProblem(
                library(path -> Optional.empty()).load("Linux", "amd64"),
                "has no linux-x86_64/libtidar_kernels.so",
                "use the version of the engine");
        assertProblem(
                library(path -> Optional.empty()).load("Windows 11", "amd64"),
                "has no windows-x86_64/tidar_kernels.dll");
    }

    @Test
    void withoutItsManifestIsNotLoaded() {
        assertProblem(
                library(path -> path.endsWith("-MANIFEST") ? Optional.empty() : shipped(path))
                        .load("Linux", "amd64"),
                "has no NATIVE-MANIFEST");
    }

    @Test
    void thatIsForeignDoesNotLoad() {
        byte[] foreign = "not a library at all".getBytes(StandardCharsets.UTF_8);
        byte[] manifest =
                ("output " + sha256(foreign) + " linux-x86_64/libtidar_kernels.so\n").getBytes(StandardCharsets.UTF_8);

        assertProblem(
                library(path -> Optional.of(path.endsWith("-MANIFEST") ? manifest : foreign))
                        .load("Linux", "amd64"),
                "does not load from",
                "set -Djava.io.tmpdir to a folder from which programs may run");
    }

    @Test
    @WithNativeKernels
    void ofAnotherVersionIsNotUsed() {
        NativeLibrary.outcome(); // has loaded the library
        NativeLibrary other =
                new NativeLibrary(NativeLibraryTest::shipped, this::folder, path -> {}, NativeKernels.VERSION + 1);

        assertProblem(
                other.load(OS, ARCH),
                "has version %d, but the engine needs %d".formatted(NativeKernels.VERSION, NativeKernels.VERSION + 1),
                "use tidar-kernels of the engine's version");
    }

    @Test
    void needsAFolder() {
        NativeLibrary nowhere = new NativeLibrary(
                NativeLibraryTest::shipped,
                () -> Files.createTempDirectory(temporary.resolve("absent"), "x"),
                NativeLibraryTest::load,
                NativeKernels.VERSION);

        assertProblem(nowhere.load("Linux", "amd64"), "there is no folder to load", "set -Djava.io.tmpdir");
    }

    private static void assertProblem(NativeLibrary.Outcome outcome, String... parts) {
        assertThat(outcome.level()).isEmpty();
        assertThat(outcome.isRepairable()).isTrue();
        assertThat(outcome.problem()).contains(parts).doesNotContain("\n");
    }

    private NativeLibrary library(Function<String, Optional<byte[]>> resources) {
        return new NativeLibrary(resources, this::folder, NativeLibraryTest::load, NativeKernels.VERSION);
    }

    /** For files that are no libraries; a second copy of the library would take calls that the first was set up for. */
    private static void load(Path file) {
        System.load(file.toString());
    }

    private Path folder() throws IOException {
        return Files.createTempDirectory(temporary, "kernels");
    }

    private static Optional<byte[]> shipped(String path) {
        try (InputStream stream = NativeLibraryTest.class.getResourceAsStream("/dev/tidar/kernels/native/" + path)) {
            return stream == null ? Optional.empty() : Optional.of(stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
