package dev.tidar.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The files of this module, read from its folder. */
final class KernelFiles {

    static final Path OUTPUT = Path.of("src/main/resources/dev/tidar/kernels");
    static final Path PTX = OUTPUT.resolve("tidar-sm80.ptx");
    static final Path MANIFEST = OUTPUT.resolve("MANIFEST");

    static final Path CUBINS = OUTPUT.resolve("CUBINS");

    /** The devices that cubins are committed for: {@code sm_80} and so on. */
    static final List<String> ARCHITECTURES = List.of("sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120");

    private KernelFiles() {}

    /** The name of the file with the kernels for one of {@link #ARCHITECTURES}. */
    static String cubin(String architecture) {
        return "tidar-%s.cubin".formatted(architecture.replace("_", ""));
    }

    /** CUDA sources and headers, and the script that compiles them. */
    static List<Path> sources() {
        return files("src/main/cuda", "src/build/compile.sh");
    }

    /** C sources and headers, and the script that compiles them. */
    static List<Path> nativeSources() {
        return files("src/main/c", "src/build/native.sh");
    }

    private static List<Path> files(String folder, String script) {
        try (Stream<Path> sources = Files.list(Path.of(folder))) {
            return Stream.concat(sources, Stream.of(Path.of(script))).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 in hexadecimal digits. */
    static String digest(Path file) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(hash);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
